"""What automation rules are made of: fields, conditions and actions; pure, without the database (docs/rules.md)."""
