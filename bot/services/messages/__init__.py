"""Discord messages and server events as plain data, and who reads them."""
