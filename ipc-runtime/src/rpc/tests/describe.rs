//! Messages in words, for tests that compare what was sent.

use capnp_rpc::rpc_capnp::{accept, cap_descriptor, message, message_target, payload, promised_answer};

use super::super::IncomingMessage;

/// Says what a message is, in the sender's ids.
pub(super) fn describe(message: &IncomingMessage) -> String {
    describe_root(message.get_root().unwrap())
}

fn describe_root(message: message::Reader<'_>) -> String {
    use capnp_rpc::rpc_capnp::{disembargo, resolve, return_};
    use message::Which;
    match message.which() {
        Ok(Which::Unimplemented(inner)) => format!("unimplemented {}", describe_root(inner.unwrap())),
        Ok(Which::Abort(reason)) => {
            let reason = reason.unwrap();
            format!("abort {}", reason.get_reason().unwrap().to_str().unwrap())
        }
        Ok(Which::Bootstrap(bootstrap)) => format!("bootstrap {}", bootstrap.unwrap().get_question_id()),
        Ok(Which::Call(call)) => {
            let call = call.unwrap();
            let target = describe_target(call.get_target().unwrap());
            format!(
                "call {} on {target}{}",
                call.get_question_id(),
                describe_payload(call.get_params().unwrap())
            )
        }
        Ok(Which::Return(ret)) => {
            let ret = ret.unwrap();
            let what = match ret.which() {
                Ok(return_::Which::Results(results)) => {
                    format!("results{}", describe_payload(results.unwrap()))
                }
                Ok(return_::Which::Exception(exception)) => {
                    let exception = exception.unwrap();
                    let reason = exception.get_reason().unwrap().to_str().unwrap();
                    format!("{:?}: {reason}", exception.get_type().unwrap())
                }
                Ok(return_::Which::Canceled(())) => "canceled".to_owned(),
                Ok(return_::Which::ResultsSentElsewhere(())) => "elsewhere".to_owned(),
                Ok(return_::Which::TakeFromOtherQuestion(id)) => format!("take {id}"),
                _ => "?".to_owned(),
            };
            let release = if ret.get_release_param_caps() { ", params released" } else { "" };
            let finish = if ret.get_no_finish_needed() { ", no finish" } else { "" };
            format!("return {} {what}{release}{finish}", ret.get_answer_id())
        }
        Ok(Which::Finish(finish)) => {
            let finish = finish.unwrap();
            let release = if finish.get_release_result_caps() { ", results released" } else { "" };
            format!("finish {}{release}", finish.get_question_id())
        }
        Ok(Which::Release(release)) => {
            let release = release.unwrap();
            format!("release {} x{}", release.get_id(), release.get_reference_count())
        }
        Ok(Which::Resolve(resolve)) => {
            let resolve = resolve.unwrap();
            let to = match resolve.which() {
                Ok(resolve::Which::Cap(cap)) => describe_cap(cap.unwrap()),
                Ok(resolve::Which::Exception(exception)) => {
                    exception.unwrap().get_reason().unwrap().to_string().unwrap()
                }
                Err(_) => "?".to_owned(),
            };
            format!("resolve {} to {to}", resolve.get_promise_id())
        }
        Ok(Which::Disembargo(disembargo)) => {
            let disembargo = disembargo.unwrap();
            let target = describe_target(disembargo.get_target().unwrap());
            match disembargo.get_context().which() {
                Ok(disembargo::context::Which::SenderLoopback(id)) => {
                    format!("disembargo {target}: send {id} back")
                }
                Ok(disembargo::context::Which::ReceiverLoopback(id)) => {
                    format!("disembargo {target}: {id} is back")
                }
                _ => format!("disembargo {target}: ?"),
            }
        }
        Ok(Which::Provide(_)) => "provide".to_owned(),
        Ok(Which::Accept(_)) => "accept".to_owned(),
        Ok(Which::Join(_)) => "join".to_owned(),
        Ok(Which::ObsoleteSave(_) | Which::ObsoleteDelete(_)) => "obsolete".to_owned(),
        Err(unknown) => unknown.to_string(),
    }
}

fn describe_target(target: message_target::Reader<'_>) -> String {
    match target.which() {
        Ok(message_target::Which::ImportedCap(id)) => format!("import {id}"),
        Ok(message_target::Which::PromisedAnswer(promised)) => describe_promised(promised.unwrap()),
        Err(_) => "?".to_owned(),
    }
}

fn describe_promised(promised: promised_answer::Reader<'_>) -> String {
    use promised_answer::op::Which;
    let mut text = format!("result {}", promised.get_question_id());
    for op in promised.get_transform().unwrap() {
        match op.which() {
            Ok(Which::GetPointerField(field)) => text += &format!(".{field}"),
            _ => text += ".?",
        }
    }
    text
}

fn describe_payload(payload: payload::Reader<'_>) -> String {
    let content: accept::Reader<'_> = match payload.get_content().get_as() {
        Ok(content) => content,
        Err(_) => return format!(" {}", describe_caps(payload)),
    };
    let caps = describe_caps(payload);
    match (content.get_question_id(), caps.as_str()) {
        (0, "[]") => String::new(),
        (number, "[]") => format!(" #{number}"),
        (number, caps) => format!(" #{number} {caps}"),
    }
}

fn describe_caps(payload: payload::Reader<'_>) -> String {
    let caps: Vec<_> = payload.get_cap_table().unwrap().iter().map(describe_cap).collect();
    format!("[{}]", caps.join(", "))
}

fn describe_cap(cap: cap_descriptor::Reader<'_>) -> String {
    use cap_descriptor::Which;
    match cap.which() {
        Ok(Which::None(())) => "none".to_owned(),
        Ok(Which::SenderHosted(id)) => format!("hosted {id}"),
        Ok(Which::SenderPromise(id)) => format!("promise {id}"),
        Ok(Which::ReceiverHosted(id)) => format!("yours {id}"),
        Ok(Which::ReceiverAnswer(promised)) => describe_promised(promised.unwrap()),
        Ok(Which::ThirdPartyHosted(_)) => "third party".to_owned(),
        Err(_) => "?".to_owned(),
    }
}
