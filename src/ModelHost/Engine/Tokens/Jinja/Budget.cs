using System.Runtime.CompilerServices;

namespace Platform.ModelHost.Engine.Tokens.Jinja;

/// <summary>What is left of the limits during one application, or several.</summary>
internal sealed class Budget(TemplateLimits limits, TimeProvider time)
{
    private const int CharactersPerStep = 64;
    private const int StepsBetweenClockReadings = 256; // one step may be some milliseconds of work with a long text

    private readonly long start = time.GetTimestamp();
    private long stepsLeft = limits.Steps;
    private long charactersLeft = limits.Characters;
    private long nextReading = limits.Steps - StepsBetweenClockReadings;

    /// <exception cref="TemplateException">Kind Limit.</exception>
    internal void Step(long count = 1)
    {
        stepsLeft -= Math.Clamp(count, 0, stepsLeft + 1); // sizes come from the template: below 0 would give steps back
        if (stepsLeft < 0) { throw TemplateException.Limit($"The template took more than {limits.Steps} steps."); }
        if (stepsLeft > nextReading) { return; }
        nextReading = stepsLeft - StepsBetweenClockReadings;
        Clock();
    }

    /// <summary>Between pieces of work that steps do not measure.</summary>
    internal void Clock()
    {
        if (time.GetElapsedTime(start) > limits.Time) { throw TemplateException.Limit($"The template took more than {limits.Time.TotalSeconds:0.#} s."); }
    }

    /// <summary>Before a text of so many characters is made.</summary>
    internal void Text(long length)
    {
        CheckLength(length);
        Step(length / CharactersPerStep);
    }

    internal void CheckLength(long length)
    {
        if (length > limits.Characters) { throw TemplateException.Limit($"The template makes a text of {length} characters; at most {limits.Characters} are allowed."); }
    }

    /// <summary>Before so many characters are written.</summary>
    internal void Write(int length)
    {
        charactersLeft -= length;
        if (charactersLeft < 0) { throw TemplateException.Limit($"The template writes more than {limits.Characters} characters."); }
        Step(length / CharactersPerStep);
    }

    internal void CheckCallDepth(int depth)
    {
        if (depth > limits.CallDepth) { throw TemplateException.Limit($"The template's macros call each other more than {limits.CallDepth} deep."); }
        CheckStack();
    }

    /// <summary>Values and expressions nest as deep as the template likes; the stack does not.</summary>
    internal static void CheckStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) { throw TemplateException.Limit("The template nests too deep."); }
    }
}
