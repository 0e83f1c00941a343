//! Recorded traffic: one file a format, each turning records into method and URL.
