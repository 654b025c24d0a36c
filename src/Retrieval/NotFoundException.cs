namespace Platform.Retrieval;

/// <summary>The thing does not exist, or the caller may not see it: the two are never told apart.</summary>
public sealed class NotFoundException(string what) : Exception($"{what} was not found.");
