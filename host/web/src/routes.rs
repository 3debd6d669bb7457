//! Everything that is answered, and what stands in front of it.
//!
//! Not here: the answers.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state, map_request};
use axum::routing::get;

use crate::console::Console;
use crate::problem::Problem;
use crate::{access, api, arriving, assets, callbacks, finishing, operations, page, pages, scim};

impl Console {
    /// Everything the console answers.
    pub fn routes(&self) -> Router {
        let guard = || from_fn_with_state(self.services().clone(), access::programs);
        let in_time = || from_fn(arriving::in_time);
        let to_the_end = || from_fn(finishing::to_the_end);
        let of_the_api = api::pages().layer(from_fn(page::problems));
        let pages = pages::routes()
            .merge(of_the_api)
            .fallback(async || Problem::not_found())
            .layer(from_fn(page::problems));
        let pages = pages.layer(from_fn_with_state(self.services().clone(), access::pages));
        let doors = pages::settings::entry_routes().layer(from_fn(page::problems));
        let doors = doors.layer(from_fn_with_state(self.services().clone(), access::doors));
        // What a handler refuses is drawn within the gate, where the visitor is known; what the gate refuses, around it.
        let routes = Router::new()
            .merge(pages)
            .merge(doors)
            .layer(to_the_end())
            .layer(in_time())
            .layer(from_fn(page::problems))
            .merge(
                api::routes()
                    .layer(guard())
                    .layer(to_the_end())
                    .layer(in_time())
                    .layer(from_fn(api::problems)),
            )
            .merge(operations::guarded().layer(guard()).layer(in_time()).layer(from_fn(api::problems)))
            .merge(
                scim::routes()
                    .layer(from_fn_with_state(self.services().clone(), access::readers))
                    .layer(in_time())
                    .layer(from_fn(scim::errors)),
            )
            .merge(self.callbacks())
            .merge(open())
            .layer(from_fn_with_state(self.services().clone(), access::enter))
            .with_state(self.clone());
        as_meant(routes)
    }

    /// What sources call, and whether the program lives, for an address where nothing else is: no page, and no session that
    /// what a connector answers could be taken for a part of.
    pub fn callback_routes(&self) -> Router {
        let routes = callbacks::routes().merge(health()).fallback(async || StatusCode::NOT_FOUND);
        as_meant(
            routes.layer(from_fn_with_state(self.services().clone(), access::enter)).with_state(self.clone()),
        )
    }

    /// What sources call, or where that is.
    fn callbacks(&self) -> Router<Self> {
        if self.services().options().callbacks_url.is_some() {
            callbacks::elsewhere()
        } else {
            callbacks::routes()
        }
    }
}

/// Around the whole: which route is meant is found out after it.
fn as_meant(routes: Router) -> Router {
    Router::new()
        .fallback_service(routes)
        .layer(map_request(callbacks::meant))
        .layer(map_request(scim::meant))
}

fn health() -> Router<Console> {
    Router::new().route("/healthz", get(async || StatusCode::NO_CONTENT))
}

/// What needs nobody to be known.
fn open() -> Router<Console> {
    Router::new().merge(operations::routes()).merge(health()).merge(assets::routes())
}
