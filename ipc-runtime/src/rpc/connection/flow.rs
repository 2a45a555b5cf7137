//! The way of calls to their targets and of answers to whoever asked.

use super::super::answer::{Answer, Kept, ResultCaps, ResultsTo, State, Taker};
use super::super::id::Asker;
use super::super::question::{Finish, Origin, Outcome, Path, Question, Request, Waiting, Wire};
use super::super::{AnswerId, Cap, Event, Host, OutgoingResults, Payload, QuestionId, Transform, embargo};
use super::caps::{Place, Way};
use super::{Connection, Task};
use crate::exception::IpcException;

impl<H: Host> Connection<H> {
    /// Sends, delivers or queues a call. The target is borrowed.
    pub(super) fn route(&mut self, target: &Cap<H::Object>, request: Request<H>) {
        let way = match request {
            Request::Received { .. } => Way::Told,
            Request::Own { .. } => Way::Shortest,
        };
        match self.place(target, way) {
            Place::Local(object) => self.deliver(object, request),
            Place::Peer(target) => self.send_call(&target, request),
            Place::Broken(exception) => self.fail(request, exception),
            Place::InAnswer(answer, transform) => self.queue_in_answer(answer, transform, request),
            Place::InQuestion(id, transform) => {
                if let Some(request) = self.admit(request)
                    && let Some(question) = self.questions.get_mut(id.0)
                {
                    question.waiting.push_back(Waiting::Call(transform, request));
                }
            }
            Place::Awaited(id) => {
                if let Some(request) = self.admit(request)
                    && let Some(promise) = self.promises.get_mut(id.0)
                    && let embargo::State::Pending(waiting) = &mut promise.state
                {
                    waiting.push_back(request);
                }
            }
        }
    }

    /// Queues a call that is pipelined on a running answer.
    pub(super) fn queue_in_answer(&mut self, answer: AnswerId, transform: Transform, request: Request<H>) {
        if let Some(request) = self.admit(request)
            && let Some(answer) = self.answer_mut(answer)
            && let State::Running(waiting) = &mut answer.state
        {
            waiting.push_back(Waiting::Call(transform, request));
        }
    }

    /// Counts a call that is to be queued. Too much of the peer's is answered at once.
    fn admit(&mut self, request: Request<H>) -> Option<Request<H>> {
        if let Some(words) = request.received_words() {
            let calls = self.queued.calls + 1;
            let words = self.queued.words.saturating_add(words);
            if calls > self.limits.max_queued_calls || words > self.limits.max_queued_words {
                self.fail(request, IpcException::overloaded("too many pipelined calls wait for an answer"));
                return None;
            }
            self.queued.calls = calls;
            self.queued.words = words;
        }
        Some(request)
    }

    /// Lets what waited for results go on, in order.
    pub(super) fn resume(
        &mut self,
        waiting: impl IntoIterator<Item = Waiting<H>>,
        mut find: impl FnMut(&Transform) -> Cap<H::Object>,
    ) {
        for waiting in waiting {
            match waiting {
                Waiting::Call(transform, request) => {
                    let target = self.acquire(&find(&transform));
                    self.resume_call(target, request);
                }
                Waiting::Promise(transform, promise) => {
                    let cap = self.acquire(&find(&transform));
                    self.spawn(Task::Resolve(promise, cap));
                }
            }
        }
    }

    pub(super) fn resume_call(&mut self, target: Cap<H::Object>, request: Request<H>) {
        if let Some(words) = request.received_words() {
            self.queued.calls = self.queued.calls.saturating_sub(1);
            self.queued.words = self.queued.words.saturating_sub(words);
        }
        self.spawn(Task::Route(target, request));
    }

    /// Delivers a call to an object of this side.
    pub(super) fn deliver(&mut self, target: H::Object, request: Request<H>) {
        let (answer, interface_id, method_id, params) = match request {
            Request::Received { answer, interface_id, method_id, payload } => {
                (AnswerId::peer(answer), interface_id, method_id, payload)
            }
            Request::Own { question: id, call } => {
                let mut answer = Answer::new(ResultsTo::Local(id));
                let Some(question) = self.questions.get_mut(id.0) else { return };
                answer.state = State::Running(std::mem::take(&mut question.waiting));
                if question.handles == 0 {
                    answer.finished = Some(ResultCaps::Release);
                }
                let answer = self.local_answers.insert(answer);
                question.path = Path::Local(answer);
                let params = Payload::built(call.frame, call.parts, call.caps, call.attached);
                (AnswerId(Asker::Local(answer)), call.kind.interface_id, call.kind.method_id, params)
            }
        };
        self.mark_seen(&params.caps);
        let words = params.words();
        let mut finished = false;
        if let Some(answer) = self.answer_mut(answer) {
            answer.delivered = Some((interface_id, method_id));
            finished = answer.finished.is_some();
        }
        self.events.push_back(Event::Call { answer, target, interface_id, method_id, params, words });
        if finished {
            self.events.push_back(Event::Cancelled { answer });
        }
    }

    /// Answers a call with an exception before it got anywhere.
    pub(super) fn fail(&mut self, request: Request<H>, exception: IpcException) {
        match request {
            Request::Received { answer, payload, .. } => {
                self.release_all(payload.caps);
                self.spawn(Task::Answer(AnswerId::peer(answer), Err(exception)));
            }
            Request::Own { question, call } => {
                self.release_all(call.caps);
                self.complete_question(question, Err(exception));
            }
        }
    }

    /// Gives an answer to whoever asked.
    pub(super) fn complete_answer(
        &mut self,
        id: AnswerId,
        mut result: Result<OutgoingResults<H::Object>, IpcException>,
    ) {
        if !matches!(self.answer_mut(id), Some(Answer { state: State::Running(_), .. })) {
            return self.discard_result(result);
        }
        // A result may be a promise of another result on this side, even of this very answer. What is kept
        // must not hold the question that keeps it.
        if let Ok(results) = &mut result {
            for cap in &mut results.caps {
                *cap = cap.take().map(|cap| self.settle(cap));
            }
        }
        let Some(answer) = self.answer_mut(id) else { return self.discard_result(result) };
        let State::Running(waiting) = &mut answer.state else { return self.discard_result(result) };
        let waiting = std::mem::take(waiting);
        let (results_to, finished) = (answer.results_to, answer.finished);
        let mut done = match (id.0, result) {
            (Asker::Local(_), Ok(results)) => Ok(Kept::of(results)),
            (Asker::Local(_), Err(exception)) => Err(exception),
            (Asker::Peer(number), result) => self.return_to_peer(number, results_to, finished, result),
        };
        match &done {
            Ok(kept) => self.resume(waiting, |transform| kept.cap(transform)),
            Err(exception) => self.resume(waiting, |_| Cap::Broken(exception.clone())),
        }
        // The peer may forget a question without capabilities in its results, and so do we.
        let forget = matches!(results_to, ResultsTo::Caller)
            && matches!(&done, Ok(kept) if kept.caps.is_empty())
            || finished.is_some() && !id.is_local();
        let taker = match results_to {
            ResultsTo::Local(question) | ResultsTo::Taker(Taker::Question(question)) => {
                let result = match &mut done {
                    Ok(kept) => Ok(self.payload_of(kept)),
                    Err(exception) => Err(exception.clone()),
                };
                Some((question, result))
            }
            ResultsTo::Caller | ResultsTo::Taker(_) => None,
        };
        if forget {
            if let Asker::Peer(number) = id.0 {
                self.answers.remove(number);
            }
            if let Ok(kept) = done {
                self.release_all(kept.caps);
            }
        } else {
            if let (Asker::Peer(_), Ok(kept)) = (id.0, &done) {
                self.kept_words += kept.words;
            }
            let Some(answer) = self.answer_mut(id) else { return };
            answer.state = State::Done(done);
            if let ResultsTo::Taker(taker @ Taker::Question(_)) = &mut answer.results_to {
                *taker = Taker::Gone;
            }
        }
        if let Some((question, result)) = taker {
            self.complete_question(question, result);
        }
    }

    /// Makes a payload of results that are kept.
    pub(super) fn payload_of(&mut self, kept: &mut Kept<H::Object>) -> Payload<H::Object> {
        self.acquire_all(&kept.caps);
        kept.payload()
    }

    fn discard_result(&mut self, result: Result<OutgoingResults<H::Object>, IpcException>) {
        if let Ok(results) = result {
            self.release_all(results.caps);
        }
    }

    /// Hands an answer to whoever asked the question.
    pub(super) fn complete_question(
        &mut self,
        id: QuestionId,
        result: Result<Payload<H::Object>, IpcException>,
    ) {
        let Some(question) = self.questions.get_mut(id.0) else { return self.discard_payload(result) };
        if question.outcome.is_some() {
            return self.discard_payload(result);
        }
        let origin = question.origin.take();
        let held = question.handles > 0;
        question.outcome = Some(match (&result, question.path) {
            (Err(exception), _) => Outcome::Exception(exception.clone()),
            (Ok(_), Path::Peer(Wire { finish: Finish::Settled, .. })) => Outcome::Forgotten,
            (Ok(_), _) => Outcome::Results,
        });
        let waiting = std::mem::take(&mut question.waiting);
        if let Err(exception) = &result {
            self.resume(waiting, |_| Cap::Broken(exception.clone()));
        }
        match origin {
            Some(Origin::Driver(waiter)) => {
                let result = if held || result.is_err() {
                    result
                } else {
                    self.discard_payload(result);
                    Err(finished_early())
                };
                if let Ok(payload) = &result {
                    self.mark_seen(&payload.caps);
                }
                self.events.push_back(Event::Return { question: id, waiter, result });
            }
            Some(Origin::Forward(answer)) => {
                let result = result.and_then(|payload| {
                    let copied = OutgoingResults::copied(&payload);
                    match copied {
                        Ok((mut results, origins)) => {
                            results.caps = self.adopt(&origins, payload.caps);
                            results.attached = payload.attached.moved(&origins);
                            Ok(results)
                        }
                        Err(error) => {
                            self.release_all(payload.caps);
                            Err(error.into())
                        }
                    }
                });
                self.spawn(Task::Answer(AnswerId::peer(answer), result));
                return self.drop_handle(id);
            }
            None => self.discard_payload(result),
        }
        if !held {
            self.free_question(id);
        }
    }

    fn discard_payload(&mut self, result: Result<Payload<H::Object>, IpcException>) {
        if let Ok(payload) = result {
            self.release_all(payload.caps);
        }
    }

    /// Makes a question that has failed already.
    pub(super) fn failed_question(&mut self, waiter: H::Waiter, reason: IpcException) -> QuestionId {
        let mut question = Question::new(Origin::Driver(waiter), Path::Queued);
        let origin = question.origin.take();
        question.outcome = Some(Outcome::Exception(reason.clone()));
        let id = QuestionId(self.questions.insert(question));
        if let Some(Origin::Driver(waiter)) = origin {
            self.events.push_back(Event::Return { question: id, waiter, result: Err(reason) });
        }
        id
    }

    pub(super) fn answer_mut(&mut self, id: AnswerId) -> Option<&mut Answer<H>> {
        match id.0 {
            Asker::Peer(id) => self.answers.get_mut(id),
            Asker::Local(id) => self.local_answers.get_mut(id),
        }
    }
}

pub(super) fn finished_early() -> IpcException {
    IpcException::failed("the call was finished before it returned")
}
