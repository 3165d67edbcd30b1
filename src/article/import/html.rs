pub(super) fn parse(_c: &str, _u: Option<&str>) -> Result<super::Draft, super::ImportError> {
    Err(super::ImportError::NoBody)
}
