namespace Platform.Retrieval.Access;

/// <summary>On whose behalf a call is made. Access is enforced inside the call: what the caller may not see does not exist for it.</summary>
public sealed record Caller(string UserId, bool IsAdministrator);
