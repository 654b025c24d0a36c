namespace Platform.ModelHost.Native;

/// <summary>The llama.cpp libraries are missing, do not load, or are not the version that this program was made for.</summary>
public sealed class NativesUnusableException(string message, Exception? inner = null) : Exception(message, inner);
