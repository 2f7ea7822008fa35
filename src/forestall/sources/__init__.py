"""What a publisher's file says, record by record: fetching it, and parsing it strictly."""
