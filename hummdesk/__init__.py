"""What every app uses: settings, routing, tenancy, the event log, live updates, errors, logging."""
