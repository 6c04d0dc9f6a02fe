"""What the pages of bookings draw: values made of values, so that templates decide nothing."""
