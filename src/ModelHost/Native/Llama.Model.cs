using System.Runtime.InteropServices;

namespace Platform.ModelHost.Native;

/// <summary>libllama: start-up, models, vocabulary and templates. Names are the C names.</summary>
#pragma warning disable IDE1006
internal static unsafe partial class Llama
{
    private const string Library = "llama";

    [LibraryImport(Library)] internal static partial void llama_backend_init();

    [LibraryImport(Library)] internal static partial nint llama_version();

    [LibraryImport(Library)] internal static partial nint llama_print_system_info();

    [LibraryImport(Library)] internal static partial void llama_log_set(delegate* unmanaged<int, byte*, void*, void> callback, nint userData);

    [LibraryImport(Library)] internal static partial LlamaModelParams llama_model_default_params();

    [LibraryImport(Library)] internal static partial LlamaQuantizeParams llama_model_quantize_default_params();

    /// <summary>Null when the file is refused; the reason goes to the log.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint llama_model_load_from_file(string path, LlamaModelParams parameters);

    [LibraryImport(Library)] internal static partial void llama_model_free(nint model);

    [LibraryImport(Library)] internal static partial nint llama_model_get_vocab(SafeLlamaModelHandle model);

    [LibraryImport(Library)] internal static partial int llama_model_n_embd_out(SafeLlamaModelHandle model);

    /// <summary>Scores of a model with rank pooling.</summary>
    [LibraryImport(Library)] internal static partial uint llama_model_n_cls_out(SafeLlamaModelHandle model);

    [LibraryImport(Library)] internal static partial ulong llama_model_n_params(SafeLlamaModelHandle model);

    [LibraryImport(Library)] internal static partial ulong llama_model_size(SafeLlamaModelHandle model);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_model_has_encoder(SafeLlamaModelHandle model);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_model_has_decoder(SafeLlamaModelHandle model);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_model_is_recurrent(SafeLlamaModelHandle model);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_model_is_hybrid(SafeLlamaModelHandle model);

    /// <summary>-1 for a model without rotary positions.</summary>
    [LibraryImport(Library)] internal static partial int llama_model_rope_type(SafeLlamaModelHandle model);

    /// <summary>Length of the value, or -1 when the key is absent; the buffer is cut and ended with 0.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int llama_model_meta_val_str(SafeLlamaModelHandle model, string key, byte* buffer, nuint size);

    /// <summary>The model's default template, or null.</summary>
    [LibraryImport(Library)] internal static partial nint llama_model_chat_template(SafeLlamaModelHandle model, nint name);

    /// <summary>Bytes of the whole text (which may exceed length), or -1 when the template is not known.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int llama_chat_apply_template(string template, LlamaChatMessage* chat, nuint messages, [MarshalAs(UnmanagedType.U1)] bool addAssistant, byte* buffer, int length);

    [LibraryImport(Library)] internal static partial int llama_vocab_n_tokens(nint vocab);

    [LibraryImport(Library)] internal static partial int llama_vocab_type(nint vocab);

    /// <summary>-1 where the vocabulary has none.</summary>
    [LibraryImport(Library)] internal static partial int llama_vocab_bos(nint vocab);

    /// <summary>-1 where the vocabulary has none.</summary>
    [LibraryImport(Library)] internal static partial int llama_vocab_eos(nint vocab);

    /// <summary>-1 where the vocabulary has none.</summary>
    [LibraryImport(Library)] internal static partial int llama_vocab_sep(nint vocab);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_get_add_sep(nint vocab);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_get_add_bos(nint vocab);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_get_add_eos(nint vocab);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_is_eog(nint vocab, int token);

    [LibraryImport(Library)] [return: MarshalAs(UnmanagedType.U1)] internal static partial bool llama_vocab_is_control(nint vocab, int token);

    /// <summary>Flags of a token.</summary>
    [LibraryImport(Library)] internal static partial int llama_vocab_get_attr(nint vocab, int token);

    /// <summary>Tokens written; when negative, minus the tokens that are needed.</summary>
    [LibraryImport(Library)]
    internal static partial int llama_tokenize(nint vocab, byte* text, int length, int* tokens, int max, [MarshalAs(UnmanagedType.U1)] bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    /// <summary>Bytes written; when negative, minus the bytes that are needed.</summary>
    [LibraryImport(Library)] internal static partial int llama_token_to_piece(nint vocab, int token, byte* buffer, int length, int leftStrip, [MarshalAs(UnmanagedType.U1)] bool special);

    /// <summary>Bytes written; when negative, minus the bytes that are needed.</summary>
    [LibraryImport(Library)]
    internal static partial int llama_detokenize(nint vocab, int* tokens, int count, byte* buffer, int length, [MarshalAs(UnmanagedType.U1)] bool removeSpecial, [MarshalAs(UnmanagedType.U1)] bool unparseSpecial);
}
