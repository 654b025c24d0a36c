using System.Runtime.InteropServices;
using System.Text;

namespace Platform.ModelHost.Native;

/// <summary>Tokens and templates of a model.</summary>
public sealed unsafe partial class SafeLlamaModelHandle
{
    public int VocabularySize
    {
        get
        {
            using var hold = new HandleHold(this);
            return Llama.llama_vocab_n_tokens(Llama.llama_model_get_vocab(this));
        }
    }

    /// <summary>llama.cpp's number of the kind of vocabulary: 1 SentencePiece, 2 byte-level BPE, 3 WordPiece …</summary>
    public int VocabularyType
    {
        get
        {
            using var hold = new HandleHold(this);
            return Llama.llama_vocab_type(Llama.llama_model_get_vocab(this));
        }
    }

    /// <summary>The token that begins a text, and whether tokenizing adds it; null where the vocabulary has none.</summary>
    public (int? Token, bool IsAdded) Begin
    {
        get
        {
            using var hold = new HandleHold(this);
            var vocabulary = Llama.llama_model_get_vocab(this);
            return Llama.llama_vocab_bos(vocabulary) is >= 0 and var token ? (token, Llama.llama_vocab_get_add_bos(vocabulary)) : (null, false);
        }
    }

    /// <summary>The token that ends a text, and whether tokenizing adds it; null where the vocabulary has none.</summary>
    public (int? Token, bool IsAdded) End
    {
        get
        {
            using var hold = new HandleHold(this);
            var vocabulary = Llama.llama_model_get_vocab(this);
            return Llama.llama_vocab_eos(vocabulary) is >= 0 and var token ? (token, Llama.llama_vocab_get_add_eos(vocabulary)) : (null, false);
        }
    }

    /// <summary>The token that stands between two texts, and whether it is put there; null where the vocabulary has none.</summary>
    public (int? Token, bool IsAdded) Separator
    {
        get
        {
            using var hold = new HandleHold(this);
            var vocabulary = Llama.llama_model_get_vocab(this);
            return Llama.llama_vocab_sep(vocabulary) is >= 0 and var token ? (token, Llama.llama_vocab_get_add_sep(vocabulary)) : (null, false);
        }
    }

    /// <summary>True for tokens that end an answer.</summary>
    public bool EndsText(int token)
    {
        using var hold = new HandleHold(this);
        return Llama.llama_vocab_is_eog(Llama.llama_model_get_vocab(this), token);
    }

    /// <summary>True for tokens that steer the model and are no text (&lt;|im_start|&gt; …).</summary>
    public bool IsControl(int token)
    {
        using var hold = new HandleHold(this);
        return Llama.llama_vocab_is_control(Llama.llama_model_get_vocab(this), token);
    }

    /// <summary>True for tokens whose text is looked for before anything else is cut: steering ones, and those that a user of the vocabulary added.</summary>
    public bool IsMark(int token)
    {
        const int unknown = 1 << 0, control = 1 << 3, userDefined = 1 << 4;
        using var hold = new HandleHold(this);
        return (Llama.llama_vocab_get_attr(Llama.llama_model_get_vocab(this), token) & (unknown | control | userDefined)) != 0;
    }

    /// <summary>Token ids of a text.</summary>
    /// <param name="text">The text. Where the vocabulary is byte-level BPE a long unbroken run of it may overrun the stack: cut it first.</param>
    /// <param name="addSpecial">Adds begin and end tokens as the model's metadata says.</param>
    /// <param name="parseSpecial">Reads the texts of control tokens as those tokens. Never for untrusted text.</param>
    public int[] Tokenize(ReadOnlySpan<char> text, bool addSpecial, bool parseSpecial)
    {
        var utf8 = new byte[Encoding.UTF8.GetByteCount(text) + 1]; // one byte more, so that an empty text has an address too
        var length = Encoding.UTF8.GetBytes(text, utf8);
        var tokens = new int[length + 8];
        using var hold = new HandleHold(this);
        var vocabulary = Llama.llama_model_get_vocab(this);
        fixed (byte* bytes = utf8)
        {
            var count = Write(vocabulary, bytes, length, tokens, addSpecial, parseSpecial);
            if (count < 0 && count != int.MinValue)
            {
                tokens = new int[-count];
                count = Write(vocabulary, bytes, length, tokens, addSpecial, parseSpecial);
            }
            return count >= 0 ? tokens[..count] : throw new NativeCallException($"llama_tokenize could not cut {length} bytes into tokens.", count);
        }
    }

    /// <summary>The bytes of one token; they may be part of a character.</summary>
    /// <returns>The bytes written. When the room is too small, minus the bytes that are needed.</returns>
    public int WritePiece(int token, Span<byte> destination, bool special)
    {
        using var hold = new HandleHold(this);
        fixed (byte* bytes = destination)
        {
            return Llama.llama_token_to_piece(Llama.llama_model_get_vocab(this), token, bytes, destination.Length, 0, special);
        }
    }

    /// <summary>The text of token ids, control tokens included.</summary>
    public string Detokenize(ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty) { return ""; }
        var buffer = new byte[tokens.Length * 8 + 16];
        using var hold = new HandleHold(this);
        var vocabulary = Llama.llama_model_get_vocab(this);
        fixed (int* ids = tokens)
        {
            var length = Text(vocabulary, ids, tokens.Length, buffer);
            if (length < 0)
            {
                buffer = new byte[-length];
                length = Text(vocabulary, ids, tokens.Length, buffer);
            }
            return length >= 0 ? Encoding.UTF8.GetString(buffer, 0, length) : throw new NativeCallException($"llama_detokenize could not write {tokens.Length} tokens.", length);
        }
    }

    /// <summary>What a template makes of messages; null when llama.cpp does not know the template.</summary>
    public static string? ApplyTemplate(string template, IReadOnlyList<(string Role, string Content)> messages, bool addGenerationPrompt)
    {
        var chat = new LlamaChatMessage[messages.Count];
        var size = 1024;
        try
        {
            for (var i = 0; i < chat.Length; i++)
            {
                chat[i].role = Marshal.StringToCoTaskMemUTF8(messages[i].Role);
                chat[i].content = Marshal.StringToCoTaskMemUTF8(messages[i].Content);
                size += 64 + 4 * messages[i].Content.Length;
            }
            while (true)
            {
                var buffer = new byte[size];
                int length;
                fixed (LlamaChatMessage* first = chat)
                fixed (byte* bytes = buffer)
                {
                    length = Llama.llama_chat_apply_template(template, first, (nuint)chat.Length, addGenerationPrompt, bytes, buffer.Length);
                }
                if (length < 0) { return null; }
                if (length <= buffer.Length) { return Encoding.UTF8.GetString(buffer, 0, length); }
                size = length;
            }
        }
        finally
        {
            foreach (var message in chat)
            {
                Marshal.FreeCoTaskMem(message.role);
                Marshal.FreeCoTaskMem(message.content);
            }
        }
    }

    private static int Write(nint vocabulary, byte* text, int length, int[] tokens, bool addSpecial, bool parseSpecial)
    {
        fixed (int* ids = tokens) { return Llama.llama_tokenize(vocabulary, text, length, ids, tokens.Length, addSpecial, parseSpecial); }
    }

    private static int Text(nint vocabulary, int* tokens, int count, byte[] buffer)
    {
        fixed (byte* bytes = buffer) { return Llama.llama_detokenize(vocabulary, tokens, count, bytes, buffer.Length, false, true); }
    }
}
