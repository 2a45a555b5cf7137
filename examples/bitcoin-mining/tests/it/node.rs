//! The steps of the example with a real node.

use std::sync::Arc;
use std::thread;

use bitcoin_mining::block::solve;
use bitcoin_mining::{
    BlockCheckOptions, BlockCreateOptions, BlockRef, BlockTemplate, BlockTemplateAsync,
    BlockTemplateAsyncClient, BlockWaitOptions, FOREVER, Node, Release,
};
use ipc_runtime::wire::Interface;
use ipc_runtime::{ExceptionKind, IpcException};
use ipc_tests::steps::{LONG_PATIENCE, bounded, eventually, joined};
use tokio::runtime::Builder;

use super::regtest::Regtest;

fn with_node(test: impl FnOnce(&mut Regtest) + Send + 'static) {
    let Some(mut node) = Regtest::start() else { return };
    bounded(LONG_PATIENCE, move || test(&mut node));
}

fn template(node: &Node) -> Arc<dyn BlockTemplate> {
    node.mining().create_new_block(&BlockCreateOptions::default(), false).unwrap().unwrap()
}

/// Solves a block and hands it in.
pub(crate) fn mine(node: &Node) -> BlockRef {
    let template = template(node);
    let solution = solve(&*template).unwrap();
    let submitted =
        template.submit_solution(solution.version, solution.timestamp, solution.nonce, &solution.coinbase);
    assert!(submitted.unwrap());
    let tip = node.mining().get_tip().unwrap().unwrap();
    assert_eq!(tip.hash, solution.hash);
    tip
}

type Waited = Result<Option<Arc<dyn BlockTemplate>>, IpcException>;

/// Waits for a better template on a thread of its own.
fn wait(template: &Arc<dyn BlockTemplate>) -> thread::JoinHandle<Waited> {
    let template = template.clone();
    thread::spawn(move || template.wait_next(&BlockWaitOptions::default()))
}

#[test]
fn tip_template_and_block() {
    with_node(|regtest| {
        let node = regtest.connect();
        assert_eq!(node.release(), Release::V31);
        let mining = node.mining();
        assert!(mining.is_test_chain().unwrap());
        let genesis = mining.get_tip().unwrap().unwrap();
        assert_eq!(genesis.height, 0);
        assert_eq!(
            genesis.hash.to_string(),
            "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
        );
        let first = template(&node);
        assert!(first.get_tx_fees().unwrap().is_empty());
        assert!(first.get_tx_sigops().unwrap().is_empty());
        assert_eq!(first.get_coinbase_tx().unwrap().block_reward_remaining, 5_000_000_000);
        assert_eq!(first.get_block_header().unwrap().len(), 80);
        let options = BlockCheckOptions { check_merkle_root: false, check_pow: false };
        let (reason, _, valid) = mining.check_block(&first.get_block().unwrap(), &options).unwrap();
        assert!(valid, "{reason}");
        assert_eq!(mine(&node).height, 1);
        assert_eq!(mine(&node).height, 2);
        let (reason, _, accepted) = mining.submit_block(&template(&node).get_block().unwrap()).unwrap();
        assert!(!accepted && !reason.is_empty(), "a block without a solution");
        assert_eq!(mining.get_transactions_by_txid(&[[0; 32]]).unwrap(), [Vec::<u8>::new()]);
    });
}

#[test]
fn echo_and_commands() {
    with_node(|regtest| {
        let node = regtest.connect();
        assert_eq!(node.echo().unwrap().echo("h\u{e9}").unwrap(), "h\u{e9}");
        let rpc = node.rpc().unwrap();
        eventually("the node runs commands", || {
            let request = r#"{"method":"getblockcount","params":[],"id":1}"#;
            let answer = rpc.execute_rpc(request, "", "").unwrap();
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            // -28: it does not yet.
            answer["result"] == 0 || answer["error"]["code"] != -28
        });
        let answer = rpc.execute_rpc(r#"{"method":"nothing","params":[],"id":1}"#, "", "").unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
        let answer = rpc.execute_rpc("no json", "", "").unwrap();
        assert!(answer.contains("parse error"), "{answer}");
    });
}

#[test]
fn a_wait_ends_with_a_block_with_its_timeout_and_when_it_is_interrupted() {
    with_node(|regtest| {
        let node = regtest.connect();
        // A tip that is older than twenty minutes, as the first block, is a reason for another template.
        mine(&node);
        let first = template(&node);
        let options = BlockWaitOptions { timeout: 1.0, ..BlockWaitOptions::default() };
        assert!(first.wait_next(&options).unwrap().is_none());

        let waiting = wait(&first);
        mine(&node);
        let next = joined("a template for the new tip", waiting).unwrap().unwrap();
        assert_ne!(next.get_block_header().unwrap()[4..36], first.get_block_header().unwrap()[4..36]);

        let waiting = wait(&next);
        // A wait that has not begun is not interrupted.
        while !waiting.is_finished() {
            next.interrupt_wait().unwrap();
        }
        assert!(joined("the wait is interrupted", waiting).unwrap().is_none());
    });
}

/// A hundred threads that wait, and none of them in the way of a call.
#[test]
fn a_hundred_waits_and_one_call() {
    with_node(|regtest| {
        let node = regtest.connect();
        mine(&node);
        let first = template(&node);
        let waiting: Vec<_> = (0..100).map(|_| wait(&first)).collect();
        assert_eq!(node.mining().get_tip().unwrap().unwrap().height, 1);
        mine(&node);
        for wait in waiting {
            assert!(joined("a template for the new tip", wait).unwrap().is_some());
        }
    });
}

#[test]
fn the_same_in_async_form() {
    with_node(|regtest| {
        let node = regtest.connect();
        Builder::new_current_thread().build().unwrap().block_on(async {
            let mining = node.mining_async();
            let genesis = mining.get_tip().await.unwrap().unwrap();
            let options = BlockCreateOptions::default();
            let first = mining.create_new_block(&options, false).await.unwrap().unwrap();
            let first = BlockTemplateAsyncClient::new(first.as_remote().unwrap().clone());
            let waits = (0..100).map(|_| {
                let first = &first;
                async move { first.wait_next(&BlockWaitOptions::default()).await.unwrap().is_some() }
            });
            let (waited, changed, block) = tokio::join!(
                futures::future::join_all(waits),
                mining.wait_tip_changed(&genesis.hash, FOREVER),
                tokio::task::spawn_blocking({
                    let node = regtest.connect();
                    move || mine(&node)
                }),
            );
            assert_eq!(changed.unwrap(), Some(block.unwrap()));
            assert_eq!(waited, [true; 100]);
            let tip = mining.get_tip().await.unwrap().unwrap();
            // A wait whose future is dropped goes on in the node, and is in nobody's way.
            let mut dropped = Box::pin(mining.wait_tip_changed(&tip.hash, FOREVER));
            assert!(futures::poll!(&mut dropped).is_pending());
            drop(dropped);
            assert_eq!(mining.get_tip().await.unwrap(), Some(tip));
        });
    });
}

#[test]
fn a_node_that_is_stopped_in_the_middle_of_a_wait_ends_and_comes_back() {
    with_node(|regtest| {
        let node = regtest.connect();
        let first = template(&node);
        let height = mine(&node).height;
        let second = template(&node);
        let waiting = wait(&second);
        regtest.stop();
        match joined("the wait ends", waiting) {
            // The node says that it shuts down, or is gone first.
            Ok(None) => {}
            Err(error) => assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}"),
            Ok(Some(_)) => panic!("a template of a node that shuts down"),
        }
        assert!(regtest.ended().success());
        let error = first.get_tx_fees().unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");

        regtest.run();
        let node = regtest.connect();
        assert_eq!(node.mining().get_tip().unwrap().unwrap().height, height);
        assert_eq!(mine(&node).height, height + 1);
    });
}

#[test]
fn a_node_that_is_killed_in_the_middle_of_a_wait_fails_the_wait_and_comes_back() {
    with_node(|regtest| {
        let node = regtest.connect();
        mine(&node);
        let first = template(&node);
        let waiting = wait(&first);
        // So that the wait has reached the node: it answers in order.
        node.mining().get_tip().unwrap();
        regtest.kill();
        let error = joined("the wait ends", waiting).err().unwrap();
        assert_eq!(error.kind(), ExceptionKind::Disconnected, "{error}");
        assert!(!regtest.ended().success());

        regtest.run();
        // What it had not written yet is lost: it is killed, not stopped.
        let height = mine(&regtest.connect()).height;
        assert!((1..=2).contains(&height), "{height}");
    });
}
