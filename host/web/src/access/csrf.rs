//! Whether a form was sent from a page of ours: it carries a token that no other site can know.
//!
//! Not here: which token that is; the gate knows (`gate`).

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use futures_util::stream::{self, StreamExt as _};
use http_body_util::BodyExt as _;
use rollcall_host::model::Diagnosis;
use url::form_urlencoded;

use crate::identity::secret::is_same;
use crate::problem::Problem;

/// The field of a form. In one that carries a file it is the first part.
const FIELD: &str = "csrf";

/// The header of a script.
const HEADER: &str = "x-csrf-token";

/// The longest form without a file.
///
/// 1 MiB. Why: settings with a bundle of certificates have some 200 KiB.
const MAX_FORM_BYTES: usize = 1024 * 1024;

/// How much of a form with a file is read to find its token.
///
/// 4 KiB. Why: the boundary, three short headers and the token; then comes the file, which is not held in memory here.
const MAX_FIRST_PART_BYTES: usize = 4 * 1024;

/// Whether a request by this method may change something.
pub(crate) fn is_unsafe(method: &Method) -> bool {
    !(method.is_safe() || *method == Method::TRACE)
}

/// The request again, if it carries this token in its header or its form.
pub(crate) async fn proven(request: Request, token: &str) -> Result<Request, Problem> {
    if has_header(request.headers(), token) {
        return Ok(request);
    }
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let (head, body) = request.into_parts();
    let (found, body) = match media_type.split(';').next().map(str::trim) {
        Some("application/x-www-form-urlencoded") => of_form(body).await?,
        Some("multipart/form-data") => of_first_part(body).await?,
        _ => return Err(outdated()),
    };
    match found {
        Some(found) if is_same(&found, token) => Ok(Request::from_parts(head, body)),
        Some(_) | None => Err(outdated()),
    }
}

/// Whether the header has this token. A script of another site cannot set it.
pub(crate) fn has_header(headers: &HeaderMap, token: &str) -> bool {
    headers.get(HEADER).and_then(|value| value.to_str().ok()).is_some_and(|found| is_same(found, token))
}

/// The form was not sent from one of our pages, or from one that was loaded in an earlier session.
pub(crate) fn outdated() -> Problem {
    let diagnosis = Diagnosis::new("form-outdated", "this form does not come from a page of this session")
        .with_remedy("go back, load the page again, and send the form once more; cookies must be allowed")
        .in_chinese(
            "该表单不是从当前会话的页面提交的",
            "请返回并重新加载页面，然后再次提交；浏览器须允许 Cookie",
        );
    Problem::new(StatusCode::FORBIDDEN, diagnosis)
}

async fn of_form(body: Body) -> Result<(Option<String>, Body), Problem> {
    let bytes = to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| too_large())?;
    let mut fields = form_urlencoded::parse(&bytes);
    let found = fields.find(|(name, _)| name == FIELD).map(|(_, value)| value.into_owned());
    Ok((found, Body::from(bytes)))
}

/// Read until the first part ends, and put what was read in front again.
async fn of_first_part(mut body: Body) -> Result<(Option<String>, Body), Problem> {
    let mut read = Vec::new();
    let found = loop {
        if let Some(found) = first_part(&read) {
            break Some(found);
        }
        if MAX_FIRST_PART_BYTES < read.len() {
            break None;
        }
        match body.frame().await {
            Some(Ok(frame)) => read.extend_from_slice(&frame.into_data().unwrap_or_default()),
            // It broke off, or ended before its first part did.
            Some(Err(_)) | None => break None,
        }
    };
    let front = stream::iter([Ok::<_, axum::Error>(Bytes::from(read))]);
    Ok((found, Body::from_stream(front.chain(body.into_data_stream()))))
}

/// The value of the first part, once it is whole. Empty if that is not the token's.
fn first_part(read: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(read);
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let (boundary, headers) = head.split_once("\r\n")?;
    let (value, _) = rest.split_once(&format!("\r\n{boundary}"))?;
    let is_token = headers.contains(&format!("name=\"{FIELD}\""));
    Some(if is_token { value.to_owned() } else { String::new() })
}

fn too_large() -> Problem {
    let diagnosis = Diagnosis::new(
        "form-too-large",
        format!("this form is larger than {MAX_FORM_BYTES} bytes, or broke off"),
    )
    .with_remedy("shorten what was entered")
    .in_chinese(format!("表单超过 {MAX_FORM_BYTES} 字节，或传输中断"), "请缩短填写的内容");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, diagnosis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MULTIPART: &str = "multipart/form-data; boundary=xyz";

    fn request(media_type: &str, chunks: Vec<&'static str>) -> Request {
        let chunks = stream::iter(chunks).map(|chunk| Ok::<_, std::convert::Infallible>(Bytes::from(chunk)));
        let request = Request::post("/sources").header(header::CONTENT_TYPE, media_type);
        request.body(Body::from_stream(chunks)).unwrap()
    }

    async fn body_if_proven(media_type: &str, chunks: Vec<&'static str>) -> Option<String> {
        let request = proven(request(media_type, chunks), "token").await.ok()?;
        let bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap();
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_form_with_the_token_goes_on_whole() {
        let form = "application/x-www-form-urlencoded";
        for (body, goes_on) in [
            ("csrf=token&name=a%20b", true),
            ("name=a&csrf=token", true),
            ("csrf=other&name=a", false),
            ("csrf=token2", false),
            ("csrf=", false),
            ("", false),
        ] {
            let expected = goes_on.then(|| body.to_owned());
            assert_eq!(body_if_proven(form, vec![body]).await, expected, "{body}");
        }
    }

    #[tokio::test]
    async fn a_file_goes_on_whole_when_the_token_is_before_it() {
        let chunks = vec![
            "--xyz\r\nContent-Disposition: form-data; na",
            "me=\"csrf\"\r\n\r\ntoken\r\n--xy",
            "z\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wasm\"\r\n\r\n\0asm\r\n",
            "--xyz--\r\n",
        ];
        assert_eq!(body_if_proven(MULTIPART, chunks.clone()).await, Some(chunks.concat()));
    }

    #[tokio::test]
    async fn a_file_without_the_token_before_it_is_refused() {
        let file = "--xyz\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ntoken\r\n--xyz--\r\n";
        let wrong = "--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nother\r\n--xyz--\r\n";
        for chunks in [vec![file], vec![wrong], vec!["--xyz\r\n"], Vec::new()] {
            assert_eq!(body_if_proven(MULTIPART, chunks.clone()).await, None, "{chunks:?}");
        }
    }

    #[tokio::test]
    async fn a_body_of_another_kind_is_refused_unless_the_header_has_the_token() {
        assert_eq!(body_if_proven("application/json", vec!["{\"csrf\":\"token\"}"]).await, None);
        let mut request = request("application/json", vec!["{}"]);
        request.headers_mut().insert(HEADER, "token".parse().unwrap());
        assert!(proven(request, "token").await.is_ok());
    }

    #[tokio::test]
    async fn a_first_part_without_end_is_not_read_for_ever() {
        let chunks = vec!["--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"];
        let endless = chunks.into_iter().chain(std::iter::repeat_n("tokentoken", 10_000)).collect();
        assert_eq!(body_if_proven(MULTIPART, endless).await, None);
    }
}
