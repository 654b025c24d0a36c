using System.Text.Json;
using Platform.ModelHost.Engine.Tokens.Jinja;
using Platform.ModelHost.Engine.Tokens.Jinja.Values;

namespace Platform.ModelHost.Engine.Tests.Templates;

/// <summary>What the reference implementation makes of templates (tools/templates/golden.py), and what ours does.</summary>
internal static class GoldenFiles
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A folder of other templates with golden files beside them, made by tools/templates/golden.py FOLDER; null in ordinary runs.</summary>
    private static string? Other => Environment.GetEnvironmentVariable("PLATFORM_TEMPLATES");

    internal static string Folder { get; } = Find();

    internal static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    /// <summary>Every template with its golden file.</summary>
    internal static IEnumerable<(string Template, string Golden)> Families()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "families"), "*.jinja").Order(StringComparer.Ordinal)) { yield return (file, Path.Combine(Folder, "golden", Path.GetFileNameWithoutExtension(file) + ".json")); }
        if (Other is null) { yield break; }
        foreach (var file in Directory.EnumerateFiles(Other, "*.jinja").Order(StringComparer.Ordinal)) { yield return (file, Path.ChangeExtension(file, ".json")); }
    }

    internal static IEnumerable<KeyValuePair<string, object?>> Variables(JsonElement mapping) => mapping.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, PythonJson.Read(property.Value)));

    /// <summary>Null when ours does what the reference did, else what differs.</summary>
    internal static string? Difference(string source, IEnumerable<KeyValuePair<string, object?>> variables, JsonElement golden)
    {
        var expected = golden.EnumerateObject().Single();
        var (kind, made) = Render(source, variables);
        var isSame = kind == expected.Name && (kind == "failed" || made == expected.Value.GetString());
        return isSame ? null : $"expected {expected.Name}: {Show(expected.Value.GetString()!)}\n     got {kind}: {Show(made)}";
    }

    private static (string Kind, string Text) Render(string source, IEnumerable<KeyValuePair<string, object?>> variables)
    {
        try
        {
            return ("text", Template.Parse(source, Clock.Instance).Render(variables));
        }
        catch (TemplateException fault)
        {
            return fault.Fault == TemplateFault.Raised ? ("raised", fault.Reason) : ("failed", fault.Message);
        }
    }

    private static string Show(string text) => JsonSerializer.Serialize(text, Readable);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var templates = Path.Combine(folder.FullName, "tests", "ModelHost.Engine.Tests", "Templates");
            if (Directory.Exists(templates)) { return templates; }
        }
        throw new DirectoryNotFoundException($"No tests/ModelHost.Engine.Tests/Templates above {AppContext.BaseDirectory}.");
    }

    /// <summary>The moment that golden.py renders at.</summary>
    internal sealed class Clock : TimeProvider
    {
        internal static readonly Clock Instance = new();

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 7, 4, 9, 5, 3, TimeSpan.Zero);
    }
}
