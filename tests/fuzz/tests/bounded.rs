//! Every fuzz target for a while, with the same inputs each time.

use ipc_fuzz::TARGETS;
use ipc_fuzz::runner::{Runner, Until};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// How many inputs each target gets beside the known ones.
const INPUTS: usize = 300;

/// One test, since what is allocated is counted for the whole program.
#[test]
fn every_target_takes_some_inputs() {
    for target in TARGETS {
        let runner = Runner::new(target, &ALLOCATED, None, 1).unwrap();
        let summary = runner.run(Until::Count(INPUTS)).unwrap();
        println!("{}: {} inputs, {} outcomes", target.name, summary.inputs, summary.outcomes);
        assert!(summary.outcomes > 3, "`{}`: every input had the same outcome", target.name);
    }
}
