"""The reviewer's page: what models say of the rows of a job that judges, and what a person decides about it."""
