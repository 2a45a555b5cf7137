//! Bitcoin Core 30: its interfaces, which have the same ids, and adapters that make of them what the newer ones are.

use std::sync::Arc;

use ipc_runtime::{ExceptionKind, IpcException, IpcType, ipc_interface};

use crate::block::read_coinbase;
use crate::{BlockHash, BlockRef, CoinbaseTx, Echo, Hash};

/// What a node offers first.
#[ipc_interface(root, file = 0xf2c5_cfa3_1940_6aa6, twin = InitAsync)]
pub trait Init {
    /// Makes an [`Echo`].
    fn make_echo(&self) -> Result<Arc<dyn Echo>, IpcException>;

    /// Makes a [`Mining`].
    fn make_mining(&self) -> Result<Arc<dyn Mining>, IpcException>;
}

/// Makes block templates; what differs are the methods without a context, and those that are missing.
#[ipc_interface(file = 0xc77d_03df_6a41_b505, no_destroy, twin = MiningAsync)]
pub trait Mining {
    /// As in the newer one.
    fn is_test_chain(&self) -> Result<bool, IpcException>;

    /// As in the newer one.
    fn is_initial_block_download(&self) -> Result<bool, IpcException>;

    /// As in the newer one.
    #[ipc(results(result, has(result)))]
    fn get_tip(&self) -> Result<Option<BlockRef>, IpcException>;

    /// As in the newer one; the schema has no default.
    fn wait_tip_changed(
        &self,
        current_tip: &BlockHash,
        timeout: f64,
    ) -> Result<Option<BlockRef>, IpcException>;

    /// Makes a template, and does not wait.
    #[ipc(no_context)]
    fn create_new_block(
        &self,
        options: &BlockCreateOptions,
    ) -> Result<Option<Arc<dyn BlockTemplate>>, IpcException>;

    /// As in the newer one.
    #[ipc(no_context, results(reason, debug, result))]
    fn check_block(
        &self,
        block: &[u8],
        options: &BlockCheckOptions,
    ) -> Result<(String, String, bool), IpcException>;
}

/// A block that lacks its coinbase transaction and its proof of work.
#[ipc_interface(file = 0xc77d_03df_6a41_b505, twin = BlockTemplateAsync)]
pub trait BlockTemplate {
    /// As in the newer one.
    fn get_block_header(&self) -> Result<Vec<u8>, IpcException>;

    /// As in the newer one.
    fn get_block(&self) -> Result<Vec<u8>, IpcException>;

    /// As in the newer one.
    fn get_tx_fees(&self) -> Result<Vec<i64>, IpcException>;

    /// As in the newer one.
    fn get_tx_sigops(&self) -> Result<Vec<i64>, IpcException>;

    /// Returns a coinbase transaction without an address to pay to.
    fn get_coinbase_tx(&self) -> Result<Vec<u8>, IpcException>;

    /// Returns the script of the output that commits to the witnesses.
    fn get_coinbase_commitment(&self) -> Result<Vec<u8>, IpcException>;

    /// Returns which output that is; -1 if there is none.
    fn get_witness_commitment_index(&self) -> Result<i32, IpcException>;

    /// As in the newer one.
    fn get_coinbase_merkle_path(&self) -> Result<Vec<Hash>, IpcException>;

    /// As in the newer one.
    fn submit_solution(
        &self,
        version: u32,
        timestamp: u32,
        nonce: u32,
        coinbase: &[u8],
    ) -> Result<bool, IpcException>;

    /// As in the newer one.
    fn wait_next(&self, options: &BlockWaitOptions) -> Result<Option<Arc<dyn BlockTemplate>>, IpcException>;

    /// As in the newer one. 30.0 does not have it.
    #[ipc(no_context)]
    fn interrupt_wait(&self) -> Result<(), IpcException>;
}

/// As the newer one. This schema has no defaults, which are a part of how a value travels.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xc77d_03df_6a41_b505)]
pub struct BlockCreateOptions {
    /// As in the newer one.
    pub use_mempool: bool,
    /// As in the newer one.
    pub block_reserved_weight: u64,
    /// As in the newer one.
    pub coinbase_output_max_additional_sigops: u64,
}

impl From<&crate::BlockCreateOptions> for BlockCreateOptions {
    fn from(options: &crate::BlockCreateOptions) -> Self {
        let crate::BlockCreateOptions {
            use_mempool,
            block_reserved_weight,
            coinbase_output_max_additional_sigops,
        } = *options;
        Self { use_mempool, block_reserved_weight, coinbase_output_max_additional_sigops }
    }
}

/// As the newer one, without defaults.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(file = 0xc77d_03df_6a41_b505)]
pub struct BlockWaitOptions {
    /// As in the newer one.
    pub timeout: f64,
    /// As in the newer one.
    pub fee_threshold: i64,
}

impl From<&crate::BlockWaitOptions> for BlockWaitOptions {
    fn from(options: &crate::BlockWaitOptions) -> Self {
        let crate::BlockWaitOptions { timeout, fee_threshold } = *options;
        Self { timeout, fee_threshold }
    }
}

/// As the newer one, without defaults.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xc77d_03df_6a41_b505)]
pub struct BlockCheckOptions {
    /// As in the newer one.
    pub check_merkle_root: bool,
    /// As in the newer one.
    pub check_pow: bool,
}

impl From<&crate::BlockCheckOptions> for BlockCheckOptions {
    fn from(options: &crate::BlockCheckOptions) -> Self {
        let crate::BlockCheckOptions { check_merkle_root, check_pow } = *options;
        Self { check_merkle_root, check_pow }
    }
}

/// The older interface as the newer one.
pub(crate) struct OldMining(pub(crate) Arc<dyn Mining>);

impl crate::Mining for OldMining {
    fn is_test_chain(&self) -> Result<bool, IpcException> {
        self.0.is_test_chain()
    }

    fn is_initial_block_download(&self) -> Result<bool, IpcException> {
        self.0.is_initial_block_download()
    }

    fn get_tip(&self) -> Result<Option<BlockRef>, IpcException> {
        self.0.get_tip()
    }

    fn wait_tip_changed(
        &self,
        current_tip: &BlockHash,
        timeout: f64,
    ) -> Result<Option<BlockRef>, IpcException> {
        self.0.wait_tip_changed(current_tip, timeout)
    }

    fn create_new_block(
        &self,
        options: &crate::BlockCreateOptions,
        _cooldown: bool,
    ) -> Result<Option<Arc<dyn crate::BlockTemplate>>, IpcException> {
        Ok(self.0.create_new_block(&options.into())?.map(renewed))
    }

    fn check_block(
        &self,
        block: &[u8],
        options: &crate::BlockCheckOptions,
    ) -> Result<(String, String, bool), IpcException> {
        self.0.check_block(block, &options.into())
    }

    fn interrupt(&self) -> Result<(), IpcException> {
        Err(missing("interrupt"))
    }

    fn submit_block(&self, _block: &[u8]) -> Result<(String, String, bool), IpcException> {
        Err(missing("submitBlock"))
    }

    fn get_transactions_by_txid(&self, _txids: &[Hash]) -> Result<Vec<Vec<u8>>, IpcException> {
        Err(missing("getTransactionsByTxID"))
    }

    fn get_transactions_by_witness_id(&self, _wtxids: &[Hash]) -> Result<Vec<Vec<u8>>, IpcException> {
        Err(missing("getTransactionsByWitnessID"))
    }
}

/// The older interface, called by futures, as the newer one.
pub(crate) struct OldMiningAsync(pub(crate) MiningAsyncClient);

#[ipc_interface]
impl crate::MiningAsync for OldMiningAsync {
    async fn is_test_chain(&self) -> Result<bool, IpcException> {
        self.0.is_test_chain().await
    }

    async fn is_initial_block_download(&self) -> Result<bool, IpcException> {
        self.0.is_initial_block_download().await
    }

    async fn get_tip(&self) -> Result<Option<BlockRef>, IpcException> {
        self.0.get_tip().await
    }

    async fn wait_tip_changed(
        &self,
        current_tip: &BlockHash,
        timeout: f64,
    ) -> Result<Option<BlockRef>, IpcException> {
        self.0.wait_tip_changed(current_tip, timeout).await
    }

    async fn create_new_block(
        &self,
        options: &crate::BlockCreateOptions,
        _cooldown: bool,
    ) -> Result<Option<Arc<dyn crate::BlockTemplate>>, IpcException> {
        Ok(self.0.create_new_block(&options.into()).await?.map(renewed))
    }

    async fn check_block(
        &self,
        block: &[u8],
        options: &crate::BlockCheckOptions,
    ) -> Result<(String, String, bool), IpcException> {
        self.0.check_block(block, &options.into()).await
    }

    async fn interrupt(&self) -> Result<(), IpcException> {
        Err(missing("interrupt"))
    }

    async fn submit_block(&self, _block: &[u8]) -> Result<(String, String, bool), IpcException> {
        Err(missing("submitBlock"))
    }

    async fn get_transactions_by_txid(&self, _txids: &[Hash]) -> Result<Vec<Vec<u8>>, IpcException> {
        Err(missing("getTransactionsByTxID"))
    }

    async fn get_transactions_by_witness_id(&self, _wtxids: &[Hash]) -> Result<Vec<Vec<u8>>, IpcException> {
        Err(missing("getTransactionsByWitnessID"))
    }
}

struct OldTemplate(Arc<dyn BlockTemplate>);

impl crate::BlockTemplate for OldTemplate {
    fn get_block_header(&self) -> Result<Vec<u8>, IpcException> {
        self.0.get_block_header()
    }

    fn get_block(&self) -> Result<Vec<u8>, IpcException> {
        self.0.get_block()
    }

    fn get_tx_fees(&self) -> Result<Vec<i64>, IpcException> {
        self.0.get_tx_fees()
    }

    fn get_tx_sigops(&self) -> Result<Vec<i64>, IpcException> {
        self.0.get_tx_sigops()
    }

    fn get_coinbase_tx(&self) -> Result<CoinbaseTx, IpcException> {
        read_coinbase(&self.0.get_coinbase_tx()?)
    }

    fn get_coinbase_merkle_path(&self) -> Result<Vec<Hash>, IpcException> {
        self.0.get_coinbase_merkle_path()
    }

    fn submit_solution(
        &self,
        version: u32,
        timestamp: u32,
        nonce: u32,
        coinbase: &[u8],
    ) -> Result<bool, IpcException> {
        self.0.submit_solution(version, timestamp, nonce, coinbase)
    }

    fn wait_next(
        &self,
        options: &crate::BlockWaitOptions,
    ) -> Result<Option<Arc<dyn crate::BlockTemplate>>, IpcException> {
        Ok(self.0.wait_next(&options.into())?.map(renewed))
    }

    fn interrupt_wait(&self) -> Result<(), IpcException> {
        self.0.interrupt_wait()
    }
}

fn renewed(template: Arc<dyn BlockTemplate>) -> Arc<dyn crate::BlockTemplate> {
    Arc::new(OldTemplate(template))
}

fn missing(method: &str) -> IpcException {
    let text = format!("Bitcoin Core 30 has no `{method}`");
    IpcException::new(ExceptionKind::Unimplemented, text)
}
