pub fn configure(_: &mut actix_web::web::ServiceConfig) {}
#[derive(utoipa::OpenApi)]
#[openapi()]
pub struct Doc;
