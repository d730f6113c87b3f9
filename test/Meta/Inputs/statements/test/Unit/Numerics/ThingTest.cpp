// (S1), (S3) and one that is gone, (S4).
