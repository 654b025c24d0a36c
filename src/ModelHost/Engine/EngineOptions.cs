using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine;

/// <summary>What the engine loads and how wide it runs.</summary>
public sealed class EngineOptions
{
    /// <summary>GGUF of the chat model, or null for none.</summary>
    public string? ChatModel { get; set; }

    /// <summary>GGUF of a small model of the chat model's family that may guess ahead for it (`speculation: draft`), or null for none.</summary>
    public string? DraftModel { get; set; }

    /// <summary>GGUF of the embedding model, or null for none.</summary>
    public string? EmbeddingModel { get; set; }

    /// <summary>Tokens of context a slot, or of an input to embed; 0 takes the model's training context, at most 8,192 for chat and 2,048 for embedding.</summary>
    public int ContextTokens { get; set; }

    /// <summary>How a chat model's positions are stretched for a context longer than its training's: none, linear or yarn; empty reads them as the file says.</summary>
    public string RopeType { get; set; } = "";

    /// <summary>How many times longer than in training the context may be, 1 to 64; with linear or yarn.</summary>
    public double RopeFactor { get; set; } = 1;

    /// <summary>Context of the training for yarn, at most 1,048,576; 0 takes what the file says.</summary>
    public int RopeOriginalTokens { get; set; }

    /// <summary>Base of the rotation's frequencies, at most 1e12; 0 takes the file's.</summary>
    public double RopeBase { get; set; }

    /// <summary>Requests that generate at once, 1 to 64.</summary>
    public int Slots { get; set; } = 4;

    /// <summary>Requests that may wait for a slot before the next is refused, 0 to 10,000.</summary>
    public int QueueLimit { get; set; } = 64;

    /// <summary>Threads of each context; 0 takes one for models under 256 MB and half the cores, 1 to 8, for others: threads that wait for each other spin.</summary>
    public int Threads { get; set; }

    /// <summary>Layers on the GPU; -1 takes all that fit.</summary>
    public int GpuLayers { get; set; } = -1;

    /// <summary>Folder of more GGUF models, each loaded when it is first asked for by its name; null for none.</summary>
    public string? ModelDirectory { get; set; }

    /// <summary>Address of the hub that models are downloaded from; null takes https://huggingface.co. A mirror's is named by HF_ENDPOINT.</summary>
    public string? HubEndpoint { get; set; }

    /// <summary>Token that is sent to the hub, and to no other host; null for none. Never logged.</summary>
    public string? HubToken { get; set; }

    /// <summary>Minutes after which a model that nobody asked for and that is not pinned is unloaded; 0 keeps it, at most 525,600. ChatModel and EmbeddingModel are pinned; a draft goes with the model that it drafts for.</summary>
    public double IdleMinutes { get; set; }

    /// <summary>MiB that all models, their contexts and adapters may take together; 0 takes what the machine, or its container, has.</summary>
    public long MemoryMebibytes { get; set; }

    /// <summary>MiB of main memory for prompts' beginnings that no answer uses at the moment, 0 to 65,536 a model; they come back when a prompt begins alike.</summary>
    public long PrefixMebibytes { get; set; } = 256;

    /// <summary>Folder of LoRA adapters: name/version.gguf or name.gguf; null for none.</summary>
    public string? AdapterDirectory { get; set; }

    /// <summary>Adapters of a model kept in memory, 1 to 256; those that nobody uses go when another is needed.</summary>
    public int AdapterLimit { get; set; } = 16;

    /// <summary>Folder where it is kept which model files were tried; null takes the user's own folder for local data.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>The positions' scaling that Rope… describe, or null for the file's own. A type that there is not is refused at the start.</summary>
    internal RopeScaling? Rope => RopeType.Length == 0 && RopeBase == 0 ? null
        : new RopeScaling(RopeType.Length == 0 ? RopeKind.None : Enum.TryParse<RopeKind>(RopeType, ignoreCase: true, out var kind) ? kind : RopeKind.Linear, RopeFactor, RopeBase == 0 ? null : RopeBase, RopeOriginalTokens);

    /// <summary>Folder of the native libraries; null looks beside the program.</summary>
    public string? NativeDirectory { get; set; }
}
