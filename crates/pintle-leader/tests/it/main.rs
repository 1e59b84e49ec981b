//! What is promised of leader election.

mod election;
mod rules;
mod simulation;
