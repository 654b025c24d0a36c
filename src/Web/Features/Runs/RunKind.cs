namespace Platform.Web.Features.Runs;

/// <summary>Kinds of runs that the list can be narrowed to: what somebody started, one purpose alone (under its own name), or all.</summary>
public enum RunKind { Started, Asked, Trial, Program, Scheduled, Nested, Test, All }
