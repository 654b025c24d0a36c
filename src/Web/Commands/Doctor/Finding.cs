namespace Platform.Web.Commands.Doctor;

/// <summary>Good: as it should be. Note: works, and something is worth knowing. Missing: something needed is not there.</summary>
public enum FindingState { Good, Note, Missing }

/// <summary>One line of the doctor's report.</summary>
/// <param name="Fix">What to type or do; null when nothing is to be done.</param>
public sealed record Finding(string Name, FindingState State, string Found, string? Fix = null);
