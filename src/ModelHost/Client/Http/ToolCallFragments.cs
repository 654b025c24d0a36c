using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Platform.ModelHost.Client.Wire;

namespace Platform.ModelHost.Client.Http;

/// <summary>Joins the fragments of the calls that a stream makes. Names and arguments are model-made and untrusted.</summary>
internal sealed class ToolCallFragments
{
    private const int MostCalls = 256, MostCharacters = 4 * 1024 * 1024;

    private readonly List<Fragments> _calls = [];
    private int _characters;

    /// <summary>Takes more of them, and tells what came; null where that is nothing.</summary>
    public CallProgress? Add(int choice, IReadOnlyList<ToolCallBody> fragments)
    {
        var (before, name) = (_characters, "");
        foreach (var fragment in fragments)
        {
            var call = _calls.FindLast(known => known.Choice == choice && known.Index == fragment.Index);
            if (call is null || (fragment.Id is { Length: > 0 } id && call.Id is { Length: > 0 } && call.Id != id)) // some services number every call 0
            {
                _calls.Add(call = new Fragments(choice, fragment.Index));
            }

            call.Id ??= fragment.Id;
            call.Name += fragment.Function?.Name;
            call.Arguments.Append(fragment.Function?.Arguments);
            _characters += (fragment.Function?.Name?.Length ?? 0) + (fragment.Function?.Arguments?.Length ?? 0);
            if (_calls.Count > MostCalls || _characters > MostCharacters)
            {
                throw new ModelHostException(ModelHostErrorKind.Failed, $"The model service's calls cannot be used: there are more than {MostCalls} of them, or {MostCharacters:N0} characters.");
            }

            name = call.Name ?? "";
        }

        return _characters > before ? new(name, _characters - before) : null;
    }

    /// <summary>The calls of one answer, or of all, in order; they are whole when it is over.</summary>
    public IReadOnlyList<FunctionCallContent> Take(int? choice = null)
    {
        var taken = _calls.Where(call => choice is null || call.Choice == choice).ToList();
        _calls.RemoveAll(taken.Contains);
        return [.. taken.Select(Whole)];
    }

    private static FunctionCallContent Whole(Fragments call)
    {
        var text = call.Arguments.ToString();
        var whole = new FunctionCallContent(call.Id is { Length: > 0 } id ? id : "call_" + Guid.NewGuid().ToString("N"), call.Name ?? "");
        try
        {
            whole.Arguments = string.IsNullOrWhiteSpace(text) ? new Dictionary<string, object?>() : JsonSerializer.Deserialize(text, ClientJson.Default.DictionaryStringObject);
        }
        catch (JsonException ex)
        {
            whole.Exception = ex;
            whole.AdditionalProperties = new() { [ChatUpdateKeys.RawArguments] = text };
        }

        return whole;
    }

    private sealed class Fragments(int choice, int index)
    {
        public int Choice => choice;

        public int Index => index;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
