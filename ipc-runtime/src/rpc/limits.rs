//! What one connection may make this side hold.

/// Bounds on what a peer can make this side remember. Every number is far above what a sane peer needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Answers that run or wait for the peer's Finish. Calls beyond are answered `overloaded`.
    pub max_answers: usize,
    /// Words of results that are kept for calls pipelined on them, until the peer's Finish. As long as there
    /// are more, calls are answered `overloaded`.
    pub max_kept_words: usize,
    /// Capabilities given to the peer and not released by it. A message that would add more fails.
    pub max_exports: usize,
    /// Capabilities received from the peer and not released here. Beyond, the connection is aborted.
    pub max_imports: usize,
    /// Pipelined calls of the peer that wait for an answer or a promise. Beyond, `overloaded`.
    pub max_queued_calls: usize,
    /// Words of the messages of those calls. Beyond, `overloaded`.
    pub max_queued_words: usize,
    /// Capabilities in one message. Beyond, the connection is aborted.
    pub max_caps_per_message: u32,
    /// Steps in the path of a pipelined capability. Beyond, the connection is aborted.
    pub max_transform_length: u32,
    /// Promises resolved to promises, one behind the other. Beyond, the connection is aborted.
    pub max_promise_chain: usize,
    /// Words of a message that is echoed as `unimplemented`; a larger one is echoed empty.
    pub max_echo_words: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A peer that pipelines deeply has thousands of calls open, not tens of thousands.
            max_answers: 1 << 16,
            // 64 MiB. Only results with capabilities are kept, and only for a round trip.
            max_kept_words: 8 << 20,
            // An export costs about 100 bytes here: 100 MB at most.
            max_exports: 1 << 20,
            // As above.
            max_imports: 1 << 20,
            // As many calls as one answer may reasonably hold up.
            max_queued_calls: 4096,
            // 64 MiB: one message of the largest size that the default reader options accept.
            max_queued_words: 8 << 20,
            // A list of capabilities is the only way to need many in one message. Finding one of them for a
            // pipelined call takes time in proportion.
            max_caps_per_message: 1 << 12,
            // The nesting limit of a message: no deeper pointer can be read anyway.
            max_transform_length: 64,
            // A chain grows by one for each hop of a capability between vats.
            max_promise_chain: 1024,
            // Control messages are small; a call to nowhere need not travel twice.
            max_echo_words: 4096,
        }
    }
}
