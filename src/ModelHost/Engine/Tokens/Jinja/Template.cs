using System.Text;
using Platform.ModelHost.Engine.Tokens.Jinja.Syntax;

namespace Platform.ModelHost.Engine.Tokens.Jinja;

/// <summary>A chat template in Jinja, read once and applied often, from any thread. Understands what model files use, with the settings that they are written for: trim_blocks, lstrip_blocks, break and continue, no escaping.</summary>
/// <remarks>Templates are untrusted: they reach nothing but the values they are given, change nothing but their own, and run into <see cref="TemplateLimits"/>.</remarks>
internal sealed class Template
{
    private const int MostCharacters = 1 << 20; // the longest known has 20,000

    private readonly Block body;
    private readonly TemplateLimits limits;
    private readonly TimeProvider time;

    private Template(Block body, TemplateLimits limits, TimeProvider time)
    {
        this.body = body;
        this.limits = limits;
        this.time = time;
    }

    /// <exception cref="TemplateException">It is no template, or not in the subset that is understood.</exception>
    internal static Template Parse(string source, TimeProvider time, TemplateLimits? limits = null)
    {
        limits ??= TemplateLimits.Default;
        if (source.Length > MostCharacters) { throw TemplateException.Limit($"The template has {source.Length} characters; at most {MostCharacters} are read."); }
        return new Template(Parser.Parse(source), limits, time);
    }

    /// <summary>The text that the template makes of variables.</summary>
    /// <param name="variables">By name.</param>
    /// <param name="clock">What the template takes the time from; null for the usual one.</param>
    /// <exception cref="TemplateException">Kinds Evaluation, Raised and Limit, with the line.</exception>
    internal string Render(IEnumerable<KeyValuePair<string, object?>> variables, TimeProvider? clock = null) => Render(variables, NewBudget(limits), clock);

    /// <summary>A budget that several applications share.</summary>
    internal Budget NewBudget(TemplateLimits limits) => new(limits, time);

    /// <summary>The same out of a budget that others draw on too.</summary>
    /// <inheritdoc cref="Render(IEnumerable{KeyValuePair{string, object?}}, TimeProvider)" path="/exception"/>
    internal string Render(IEnumerable<KeyValuePair<string, object?>> variables, Budget budget, TimeProvider? clock = null)
    {
        var run = new Run(budget, clock ?? time);
        var scope = new Scope(run, null);
        foreach (var (name, value) in variables) { scope.Set(name, value); }
        var output = new StringBuilder();
        try
        {
            body.Render(scope.Inner(), output);
        }
        catch (TemplateException fault) when (fault.Line == 0)
        {
            throw new TemplateException(fault.Fault, fault.Reason, run.Line);
        }
        return output.ToString();
    }
}
