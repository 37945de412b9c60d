"""What each report says, as plain frozen data: computed from ledger entries and settings, in no language."""
