pub(super) fn parse(_c: &str) -> Result<super::Draft, super::ImportError> {
    Err(super::ImportError::NoBody)
}
