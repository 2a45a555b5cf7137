//! The interfaces of a Bitcoin Core node, as far as miners need them.
//!
//! They are those of its `src/ipc/capnp/*.capnp`, Bitcoin Core 31 and later: ids, ordinals and names are pinned. Each trait has a twin,
//! with the other form of every method: [`Mining`] blocks, [`MiningAsync`] has futures.
//!
//! ```text
//! Init ── make_mining ──► Mining ── create_new_block ──► BlockTemplate ── wait_next ──► BlockTemplate ──► ..
//!      ── make_rpc ────► Rpc                                              submit_solution
//!      ── make_echo ───► Echo
//! ```
//!
//! Begin with [`Node::connect`].

use std::fmt;
use std::sync::Arc;

use ipc_runtime::{IpcException, IpcType, ipc_interface};

pub mod block;
mod node;
pub mod v30;

pub use node::{Node, Release};

/// What a node offers first.
#[ipc_interface(root, file = 0xf2c5_cfa3_1940_6aa6, twin = InitAsync)]
pub trait Init {
    /// Makes an [`Echo`].
    fn make_echo(&self) -> Result<Arc<dyn Echo>, IpcException>;

    /// What Bitcoin Core 30 has in place of [`make_mining`](Init::make_mining); always an error.
    #[ipc(no_context)]
    fn make_mining_old2(&self) -> Result<(), IpcException>;

    /// Makes a [`Mining`].
    fn make_mining(&self) -> Result<Arc<dyn Mining>, IpcException>;

    /// Makes an [`Rpc`]; only Bitcoin Core 32 and later have it.
    fn make_rpc(&self) -> Result<Arc<dyn Rpc>, IpcException>;
}

/// Says what it is told.
#[ipc_interface(file = 0x888b_4f7f_51e6_91f7, twin = EchoAsync)]
pub trait Echo {
    /// Returns its argument.
    fn echo(&self, echo: &str) -> Result<String, IpcException>;
}

/// Runs JSON-RPC commands.
#[ipc_interface(file = 0x9c35_05dc_45e1_46ac, no_destroy, twin = RpcAsync)]
pub trait Rpc {
    /// Runs the command of a JSON-RPC request and returns the answer to it; `uri` is the path of a wallet, or empty, `user` the
    /// name that the node's log shows.
    fn execute_rpc(&self, request: &str, uri: &str, user: &str) -> Result<String, IpcException>;
}

/// Makes block templates.
#[ipc_interface(file = 0xc77d_03df_6a41_b505, no_destroy, twin = MiningAsync)]
pub trait Mining {
    /// Tells whether the chain is one for tests.
    fn is_test_chain(&self) -> Result<bool, IpcException>;

    /// Tells whether the node is still fetching the chain.
    fn is_initial_block_download(&self) -> Result<bool, IpcException>;

    /// Returns the tip, if there is one already.
    #[ipc(results(result, has(result)))]
    fn get_tip(&self) -> Result<Option<BlockRef>, IpcException>;

    /// Waits until the tip is another one, for so many milliseconds, and returns the tip; nothing if the node shuts down or
    /// [`interrupt`](Mining::interrupt) is called.
    fn wait_tip_changed(
        &self,
        current_tip: &BlockHash,
        #[ipc(default = FOREVER)] timeout: f64,
    ) -> Result<Option<BlockRef>, IpcException>;

    /// Makes a template; nothing if the node shuts down or [`interrupt`](Mining::interrupt) is called. With `cooldown` it
    /// waits until the node has the chain: a chain with one miner may wait for ever.
    fn create_new_block(
        &self,
        options: &BlockCreateOptions,
        #[ipc(default = true)] cooldown: bool,
    ) -> Result<Option<Arc<dyn BlockTemplate>>, IpcException>;

    /// Checks a block: why it is refused, more about that, and whether it is valid.
    #[ipc(results(reason, debug, result))]
    fn check_block(
        &self,
        block: &[u8],
        options: &BlockCheckOptions,
    ) -> Result<(String, String, bool), IpcException>;

    /// Ends the waits of [`create_new_block`](Mining::create_new_block) and [`wait_tip_changed`](Mining::wait_tip_changed).
    #[ipc(no_context)]
    fn interrupt(&self) -> Result<(), IpcException>;

    /// Hands in a block: why it is refused, more about that, and whether it is new and accepted.
    #[ipc(results(reason, debug, result))]
    fn submit_block(&self, block: &[u8]) -> Result<(String, String, bool), IpcException>;

    /// Returns transactions that wait for a block; empty bytes for one that does not.
    #[ipc(name = "getTransactionsByTxID")]
    fn get_transactions_by_txid(&self, txids: &[Hash]) -> Result<Vec<Vec<u8>>, IpcException>;

    /// Like [`get_transactions_by_txid`](Mining::get_transactions_by_txid), by the ids that include the witness.
    #[ipc(name = "getTransactionsByWitnessID")]
    fn get_transactions_by_witness_id(&self, wtxids: &[Hash]) -> Result<Vec<Vec<u8>>, IpcException>;
}

/// A block that lacks its coinbase transaction and its proof of work. The node keeps it until the last handle is dropped.
#[ipc_interface(file = 0xc77d_03df_6a41_b505, twin = BlockTemplateAsync)]
pub trait BlockTemplate {
    /// Returns the 80 bytes of the header.
    fn get_block_header(&self) -> Result<Vec<u8>, IpcException>;

    /// Returns the block, with a coinbase transaction that is not to be used.
    fn get_block(&self) -> Result<Vec<u8>, IpcException>;

    /// Returns the fee of each transaction but the coinbase.
    fn get_tx_fees(&self) -> Result<Vec<i64>, IpcException>;

    /// Returns the cost in signature operations of each transaction but the coinbase.
    fn get_tx_sigops(&self) -> Result<Vec<i64>, IpcException>;

    /// Returns what the coinbase transaction is made of.
    fn get_coinbase_tx(&self) -> Result<CoinbaseTx, IpcException>;

    /// Returns the hashes that lead from the coinbase transaction to the merkle root, the deepest first.
    fn get_coinbase_merkle_path(&self) -> Result<Vec<Hash>, IpcException>;

    /// Completes the block and hands it in; whether it was processed says little about whether it is valid.
    fn submit_solution(
        &self,
        version: u32,
        timestamp: u32,
        nonce: u32,
        coinbase: &[u8],
    ) -> Result<bool, IpcException>;

    /// Waits for a template with another tip or more fees; nothing when the timeout passes, the node shuts down or
    /// [`interrupt_wait`](BlockTemplate::interrupt_wait) is called.
    fn wait_next(&self, options: &BlockWaitOptions) -> Result<Option<Arc<dyn BlockTemplate>>, IpcException>;

    /// Ends the wait of [`wait_next`](BlockTemplate::wait_next).
    #[ipc(no_context)]
    fn interrupt_wait(&self) -> Result<(), IpcException>;
}

/// Which block.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xcd2c_6232_cb48_4a28)]
pub struct BlockRef {
    /// Its hash.
    pub hash: BlockHash,
    /// How many blocks are below it.
    pub height: i32,
}

/// What a template is to contain.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xc77d_03df_6a41_b505)]
pub struct BlockCreateOptions {
    /// Transactions, or only the coinbase.
    #[ipc(default = true)]
    pub use_mempool: bool,
    /// Weight that is kept free for the header and the coinbase transaction.
    #[ipc(default = 8000)]
    pub block_reserved_weight: u64,
    /// Signature operations that are kept free for the outputs of the coinbase transaction.
    #[ipc(default = 400)]
    pub coinbase_output_max_additional_sigops: u64,
}

impl Default for BlockCreateOptions {
    fn default() -> Self {
        Self { use_mempool: true, block_reserved_weight: 8000, coinbase_output_max_additional_sigops: 400 }
    }
}

/// What to wait for.
#[derive(Clone, Copy, Debug, IpcType, PartialEq)]
#[ipc(file = 0xc77d_03df_6a41_b505)]
pub struct BlockWaitOptions {
    /// How long, in milliseconds.
    #[ipc(default = FOREVER)]
    pub timeout: f64,
    /// By how much the fees must be higher, in satoshi.
    #[ipc(default = MAX_MONEY)]
    pub fee_threshold: i64,
}

impl Default for BlockWaitOptions {
    fn default() -> Self {
        Self { timeout: FOREVER, fee_threshold: MAX_MONEY }
    }
}

/// What to check of a block.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
#[ipc(file = 0xc77d_03df_6a41_b505)]
pub struct BlockCheckOptions {
    /// The merkle root.
    #[ipc(default = true)]
    pub check_merkle_root: bool,
    /// The proof of work.
    #[ipc(default = true)]
    pub check_pow: bool,
}

impl Default for BlockCheckOptions {
    fn default() -> Self {
        Self { check_merkle_root: true, check_pow: true }
    }
}

/// What the coinbase transaction of a template is made of.
#[derive(Clone, Debug, Default, IpcType, PartialEq, Eq)]
#[ipc(file = 0xc77d_03df_6a41_b505)]
pub struct CoinbaseTx {
    /// Its version.
    pub version: u32,
    /// The sequence of its input.
    pub sequence: u32,
    /// How the script of its input begins.
    pub script_sig_prefix: Vec<u8>,
    /// The one element of its witness; empty if it has none.
    pub witness: Vec<u8>,
    /// What the miner may pay to himself, in satoshi.
    pub block_reward_remaining: i64,
    /// Outputs that it must have, as a transaction has them.
    pub required_outputs: Vec<Vec<u8>>,
    /// Its lock time.
    pub lock_time: u32,
}

/// Bytes of a hash, as they are in a block.
pub type Hash = [u8; 32];

/// The hash of a block's header. Shown the way people write it: backwards.
#[derive(Clone, Copy, Debug, IpcType, PartialEq, Eq)]
pub struct BlockHash(pub Hash);

impl fmt::Display for BlockHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().rev().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for BlockRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.height, self.hash)
    }
}

/// A timeout that never passes.
pub const FOREVER: f64 = f64::MAX;

/// More satoshi than there will ever be.
pub const MAX_MONEY: i64 = 2_100_000_000_000_000;
