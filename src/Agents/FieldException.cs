namespace Platform.Agents;

/// <summary>Something that was given cannot be taken, and where in it that is.</summary>
/// <param name="field">As JSON of this room names it, from what was given on: timeZone, arguments.steps[1].dependsOn.</param>
public class FieldException(string field, string message) : ArgumentException(message)
{
    public string Field { get; } = field;
}
