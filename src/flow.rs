//! What the program does, for all languages at once: string values, client objects, wrappers, requests.
