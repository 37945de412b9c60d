"""Can the data be recovered? (procedure 6.3: data are backed up) The examination of backup sets, read only."""
