"""What stored answers say: results, comparisons, calibration, audits, reports and exports."""
