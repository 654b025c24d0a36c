namespace Platform.Retrieval;

/// <summary>The program cannot start on these settings or this data folder; the message is one sentence for the person who started it.</summary>
public sealed class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);
