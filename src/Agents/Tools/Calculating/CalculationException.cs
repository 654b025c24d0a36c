namespace Platform.Agents.Tools.Calculating;

/// <summary>An expression that has no value; the message says why, and Position where, from 0, when it is at one place.</summary>
internal sealed class CalculationException(string message, int? position = null) : Exception(message)
{
    public int? Position { get; } = position;
}
