"""What people do with their accounts, and staff with those of others; they are told by mail."""
