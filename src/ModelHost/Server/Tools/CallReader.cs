using System.Text;
using Platform.ModelHost.Engine.Grammars;
using Platform.ModelHost.Server.Answers;

namespace Platform.ModelHost.Server.Tools;

/// <summary>Reads an answer that <see cref="CallGrammar"/> made, as it comes: text, or where each call begins and the fragments of its arguments.</summary>
internal sealed class CallReader(int choice, Func<string> newId)
{
    private readonly StringBuilder _head = new();
    private int _index = -1;
    private int _depth;
    private bool? _isText;
    private bool _inArguments, _inText, _escaped;

    public bool HasCalls => _index >= 0;

    public IEnumerable<AnswerPart> Read(string text)
    {
        if (text.Length == 0)
        {
            yield break;
        }

        _isText ??= text[0] != '[';
        if (_isText == true)
        {
            yield return new Says(choice, text, []);
            yield break;
        }

        var begin = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!_inArguments)
            {
                _head.Append(text[i]);
                if (Name() is { } name)
                {
                    (_inArguments, _depth, begin) = (true, 0, i + 1);
                    _head.Clear();
                    yield return new CallsTool(choice, ++_index, newId(), name);
                }
            }
            else if (EndsBefore(text[i]))
            {
                _inArguments = false;
                if (i > begin)
                {
                    yield return new CallArguments(choice, _index, text[begin..i]);
                }
            }
        }

        if (_inArguments && begin < text.Length)
        {
            yield return new CallArguments(choice, _index, text[begin..]);
        }
    }

    /// <summary>The name of the call that has just begun its arguments.</summary>
    private string? Name()
    {
        if (_head.Length < CallGrammar.BeforeName.Length + CallGrammar.BeforeArguments.Length || _head[^1] != ':')
        {
            return null;
        }

        var head = _head.ToString();
        return head.EndsWith(CallGrammar.BeforeArguments, StringComparison.Ordinal) ? head[(head.IndexOf(CallGrammar.BeforeName, StringComparison.Ordinal) + CallGrammar.BeforeName.Length)..^CallGrammar.BeforeArguments.Length] : null;
    }

    /// <summary>True at the brace that closes the call around its arguments.</summary>
    private bool EndsBefore(char next)
    {
        if (_inText)
        {
            (_inText, _escaped) = (next != '"' || _escaped, next == '\\' && !_escaped);
            return false;
        }

        switch (next)
        {
            case '"':
                _inText = true;
                return false;
            case '{' or '[':
                _depth++;
                return false;
            case '}' or ']':
                return --_depth < 0;
            default:
                return false;
        }
    }
}
