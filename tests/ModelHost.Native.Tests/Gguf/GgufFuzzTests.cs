using System.Buffers.Binary;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Native.Tests.Gguf;

/// <summary>Fault 11: 10,000 headers with changed bytes. The check must never do anything but pass or refuse, and what it passes must not crash llama.cpp.</summary>
public sealed class GgufFuzzTests
{
    private const int Mutants = 10_000, Seed = 20_261_122;

    private static readonly uint[] Telling = [0, 1, 2, 3, 4, 6, 8, 9, 16, 31, 33, 64, 255, 256, 512, 65_535, 1 << 20, int.MaxValue, 1u << 31, uint.MaxValue, 0x7FC00000, 0x7F800000];

    [Fact]
    public async Task Fault_11_of_10000_mutated_headers_none_crashes_the_check_and_none_that_passes_crashes_llama()
    {
        var refused = await RunAsync(Headers());
        Assert.True(refused.Count >= 12, "the mutations reach too few checks");
    }

    [Fact]
    public async Task Fault_11_no_telling_value_of_any_number_that_passes_crashes_llama() => await RunAsync(Values());

    /// <summary>Checks every file and lets a child process load and run what passes.</summary>
    /// <returns>How often each fault was named.</returns>
    private static async Task<Dictionary<GgufFault, int>> RunAsync(IEnumerable<(string Name, byte[] File)> mutants)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("platform-fuzz-");
        try
        {
            var passed = new List<string>();
            var refused = new Dictionary<GgufFault, int>();
            foreach (var (name, mutant) in mutants)
            {
                try
                {
                    GgufCheck.Run(GgufReader.Read(new MemoryStream(mutant), mutant.Length));
                    passed.Add(Path.Combine(folder.FullName, name));
                    await File.WriteAllBytesAsync(passed[^1], mutant, cancellation);
                }
                catch (GgufException refusal)
                {
                    refused[refusal.Fault] = refused.GetValueOrDefault(refusal.Fault) + 1;
                }
            }
            var outcomes = await NativeChild.LoadAsync(passed, cancellation);
            TestContext.Current.SendDiagnosticMessage($"{passed.Count} passed; llama.cpp loaded {outcomes.Count(o => o.Outcome.StartsWith("done", StringComparison.Ordinal))}; refused by the check: {string.Join(", ", refused.OrderByDescending(r => r.Value))}");
            var crashes = outcomes.Where(o => o.Outcome.StartsWith("crash", StringComparison.Ordinal)).ToArray();
            Assert.True(crashes.Length == 0, $"{crashes.Length} crashes: " + string.Join(Environment.NewLine, crashes.Take(200)));
            return refused;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<(string Name, byte[] File)> Values()
    {
        string[] architectures = ["llama", "llama-embed", "qwen2", "qwen3", "gemma3", "bert", "t5", "mamba", "phi3", "gpt2", "rwkv6", "deepseek2", "mllama", "nonsense"];
        string[] tokenizers = ["llama", "gpt2", "bert", "t5", "rwkv", "plamo2", "none", "nonsense"];
        var numbers = new TinyModel().Metadata.Where(m => m.Type is 4 or 6).Select(m => m.Key).Concat(
            ["tokenizer.ggml.unknown_token_id", "tokenizer.ggml.eot_token_id", "llama.expert_count", "llama.expert_used_count", "llama.pooling_type", "llama.vocab_size",
             "llama.attention.key_length", "llama.attention.value_length", "llama.attention.sliding_window", "llama.rope.scaling.factor", "tokenizer.ggml.token_type_count"]).ToArray();
        foreach (var key in numbers)
        {
            foreach (var value in Telling)
            {
                foreach (var asFloat in (bool[])[false, true])
                {
                    var model = new TinyModel();
                    if (asFloat) { model.Number(key, BitConverter.UInt32BitsToSingle(value)); } else { model.U32(key, value); }
                    yield return ($"{key}-{value}-{asFloat}", model.Write());
                }
            }
        }
        foreach (var architecture in architectures)
        {
            foreach (var tokenizer in tokenizers)
            {
                var model = new TinyModel();
                for (var i = 0; i < model.Metadata.Count; i++) { model.Metadata[i] = model.Metadata[i] with { Key = model.Metadata[i].Key.Replace("llama.", architecture + ".", StringComparison.Ordinal) }; }
                model.Text("general.architecture", architecture);
                model.Text("tokenizer.ggml.model", tokenizer);
                yield return ($"{architecture}-{tokenizer}", model.Write());
            }
        }
    }

    private static IEnumerable<(string Name, byte[] File)> Headers()
    {
        var model = new TinyModel();
        var whole = model.Write();
        var random = new Random(Seed);
        for (var i = 0; i < Mutants; i++) { yield return ($"{i}.gguf", Mutate(whole, model, random)); }
    }

    private static byte[] Mutate(byte[] whole, TinyModel model, Random random)
    {
        var mutant = (byte[])whole.Clone();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var header = Math.Min(model.HeaderBytes, mutant.Length) - 8;
            var at = random.Next(header);
            // Most of the header is the vocabulary; nine of ten changes go elsewhere, where the structure is.
            while (at >= model.VocabularyBytes.Start.Value + 64 && at < model.VocabularyBytes.End.Value && random.Next(10) > 0) { at = random.Next(header); }
            switch (random.Next(8))
            {
                case 0: mutant[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: mutant[at] = (byte)random.Next(256); break;
                case 2: mutant.AsSpan(at, 4).Clear(); break;
                case 3: mutant.AsSpan(at, 8).Fill(0xFF); break;
                case 4: mutant.AsSpan(at, Math.Min(random.Next(1, 64), mutant.Length - at)).CopyTo(mutant.AsSpan(random.Next(header))); break;
                case 5: mutant = [.. mutant.AsSpan(0, at), .. mutant.AsSpan(at + random.Next(1, 8))]; break;
                default: BinaryPrimitives.WriteUInt32LittleEndian(mutant.AsSpan(at & ~3), Telling[random.Next(Telling.Length)]); break;
            }
        }
        return mutant;
    }
}
