//! The example with a node whose schema is that of Bitcoin Core 30.

use std::sync::Arc;
use std::sync::Mutex;

use bitcoin_mining::block::solve;
use bitcoin_mining::v30::{
    BlockCheckOptions, BlockCreateOptions, BlockTemplate, BlockWaitOptions, Init, Mining,
};
use bitcoin_mining::{self as newer, BlockHash, BlockRef, Echo, Hash, Node, Release};
use ipc_runtime::{
    CapnpContext, ExceptionKind, Ipc, IpcException, make_capnp_protocol, make_client_ipc, make_ipc,
    make_process,
};
use ipc_tests::steps::{PATIENCE, bounded};
use tempfile::TempDir;
use tokio::runtime::Builder;

/// A coinbase transaction as the older node makes it: version, one input with a script of two bytes, an output of 50 coins to
/// nobody and one of nothing that commits to the witnesses, the witness.
const COINBASE: &str = "02000000000101\
     0000000000000000000000000000000000000000000000000000000000000000ffffffff02510\
     0feffffff0200f2052a01000000000000000000000000026a2401200000000000000000000000\
     00000000000000000000000000000000000000000000000000";

fn coinbase() -> Vec<u8> {
    let digits: Vec<u8> = COINBASE.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// One block, and whoever solves the next.
#[derive(Default)]
struct Chain {
    solved: Arc<Mutex<Option<Vec<u8>>>>,
}

const TIP: BlockRef = BlockRef { hash: BlockHash([7; 32]), height: 5 };

impl Echo for Chain {
    fn echo(&self, echo: &str) -> Result<String, IpcException> {
        Ok(echo.to_owned())
    }
}

impl Init for Chain {
    fn make_echo(&self) -> Result<Arc<dyn Echo>, IpcException> {
        Ok(Arc::new(Chain::default()))
    }

    fn make_mining(&self) -> Result<Arc<dyn Mining>, IpcException> {
        Ok(Arc::new(Chain { solved: self.solved.clone() }))
    }
}

impl Mining for Chain {
    fn is_test_chain(&self) -> Result<bool, IpcException> {
        Ok(true)
    }

    fn is_initial_block_download(&self) -> Result<bool, IpcException> {
        Ok(false)
    }

    fn get_tip(&self) -> Result<Option<BlockRef>, IpcException> {
        Ok(Some(TIP))
    }

    fn wait_tip_changed(&self, current_tip: &BlockHash, _: f64) -> Result<Option<BlockRef>, IpcException> {
        Ok((*current_tip != TIP.hash).then_some(TIP))
    }

    fn create_new_block(
        &self,
        options: &BlockCreateOptions,
    ) -> Result<Option<Arc<dyn BlockTemplate>>, IpcException> {
        assert_eq!(*options, BlockCreateOptions::from(&newer::BlockCreateOptions::default()));
        Ok(Some(Arc::new(Chain { solved: self.solved.clone() })))
    }

    fn check_block(
        &self,
        block: &[u8],
        options: &BlockCheckOptions,
    ) -> Result<(String, String, bool), IpcException> {
        assert_eq!(*options, BlockCheckOptions::from(&newer::BlockCheckOptions::default()));
        Ok(("reason".into(), "debug".into(), block.is_empty()))
    }
}

impl BlockTemplate for Chain {
    fn get_block_header(&self) -> Result<Vec<u8>, IpcException> {
        let mut header = vec![0; 80];
        header[72..76].copy_from_slice(&0x207f_ffff_u32.to_le_bytes());
        Ok(header)
    }

    fn get_block(&self) -> Result<Vec<u8>, IpcException> {
        Ok(Vec::new())
    }

    fn get_tx_fees(&self) -> Result<Vec<i64>, IpcException> {
        Ok(vec![5])
    }

    fn get_tx_sigops(&self) -> Result<Vec<i64>, IpcException> {
        Ok(vec![6])
    }

    fn get_coinbase_tx(&self) -> Result<Vec<u8>, IpcException> {
        Ok(coinbase())
    }

    fn get_coinbase_commitment(&self) -> Result<Vec<u8>, IpcException> {
        Ok(Vec::new())
    }

    fn get_witness_commitment_index(&self) -> Result<i32, IpcException> {
        Ok(1)
    }

    fn get_coinbase_merkle_path(&self) -> Result<Vec<Hash>, IpcException> {
        Ok(vec![[9; 32]])
    }

    fn submit_solution(&self, _: u32, _: u32, _: u32, coinbase: &[u8]) -> Result<bool, IpcException> {
        *self.solved.lock().unwrap() = Some(coinbase.to_vec());
        Ok(true)
    }

    fn wait_next(&self, options: &BlockWaitOptions) -> Result<Option<Arc<dyn BlockTemplate>>, IpcException> {
        Ok((options.timeout > 1.0).then(|| Arc::new(Chain::default()) as Arc<dyn BlockTemplate>))
    }

    fn interrupt_wait(&self) -> Result<(), IpcException> {
        Ok(())
    }
}

/// An older node at `node.sock` in a folder.
pub(crate) fn serve(folder: &TempDir) -> Arc<dyn Ipc> {
    let process = make_process("node", folder.path());
    let root: Arc<dyn Init> = Arc::new(Chain::default());
    let ipc = make_ipc(process, make_capnp_protocol(CapnpContext::new()), root);
    ipc.listen_address(&mut "unix".to_owned()).unwrap();
    ipc
}

fn connect(folder: &TempDir) -> Node {
    let process = make_process("node", folder.path());
    let ipc = make_client_ipc(process, make_capnp_protocol(CapnpContext::new()));
    Node::connect(&*ipc, &mut "unix".to_owned()).unwrap().unwrap()
}

#[test]
fn the_older_schema_is_chosen_and_behaves_like_the_newer() {
    bounded(PATIENCE, || {
        let folder = TempDir::new().unwrap();
        let _older = serve(&folder);
        let node = connect(&folder);
        assert_eq!(node.release(), Release::V30);
        assert_eq!(node.echo().unwrap().echo("hello").unwrap(), "hello");
        assert_eq!(node.rpc().err().unwrap().kind(), ExceptionKind::Unimplemented);

        let mining = node.mining();
        assert_eq!(mining.get_tip().unwrap(), Some(TIP));
        assert_eq!(mining.wait_tip_changed(&TIP.hash, 1.0).unwrap(), None);
        let (reason, debug, valid) = mining.check_block(&[], &newer::BlockCheckOptions::default()).unwrap();
        assert_eq!((reason.as_str(), debug.as_str(), valid), ("reason", "debug", true));
        assert_eq!(mining.submit_block(&[]).unwrap_err().kind(), ExceptionKind::Unimplemented);

        let template = mining.create_new_block(&newer::BlockCreateOptions::default(), true).unwrap().unwrap();
        let parts = template.get_coinbase_tx().unwrap();
        assert_eq!((parts.version, parts.sequence, parts.lock_time), (2, 0xffff_fffe, 0));
        assert_eq!(
            (parts.block_reward_remaining, &parts.script_sig_prefix[..]),
            (5_000_000_000, &[0x51, 0][..])
        );
        assert_eq!(parts.required_outputs, [[&[0; 8][..], &[2, 0x6a, 0x24]].concat()]);
        assert_eq!(parts.witness, [0; 32]);
        let solution = solve(&*template).unwrap();
        assert!(template.submit_solution(0, 0, solution.nonce, &solution.coinbase).unwrap());
        let short = newer::BlockWaitOptions { timeout: 1.0, ..newer::BlockWaitOptions::default() };
        assert!(template.wait_next(&short).unwrap().is_none());
        let next = template.wait_next(&newer::BlockWaitOptions::default()).unwrap().unwrap();
        assert_eq!((next.get_tx_fees().unwrap(), next.get_tx_sigops().unwrap()), (vec![5], vec![6]));
        next.interrupt_wait().unwrap();
    });
}

#[test]
fn the_older_schema_in_async_form() {
    bounded(PATIENCE, || {
        let folder = TempDir::new().unwrap();
        let _older = serve(&folder);
        let node = connect(&folder);
        Builder::new_current_thread().build().unwrap().block_on(async {
            let mining = node.mining_async();
            assert!(mining.is_test_chain().await.unwrap());
            assert_eq!(mining.wait_tip_changed(&BlockHash([0; 32]), 1.0).await.unwrap(), Some(TIP));
            let options = newer::BlockCreateOptions::default();
            let template = mining.create_new_block(&options, true).await.unwrap().unwrap();
            assert_eq!(template.get_tx_fees().unwrap(), [5]);
            assert_eq!(mining.interrupt().await.unwrap_err().kind(), ExceptionKind::Unimplemented);
        });
    });
}
