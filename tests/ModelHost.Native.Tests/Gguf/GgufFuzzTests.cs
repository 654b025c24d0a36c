using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Native.Tests.Gguf;

/// <summary>Fault 11: 10,000 headers with changed bytes. The check must never do anything but pass or refuse, and what it passes must not crash llama.cpp.</summary>
public sealed class GgufFuzzTests
{
    private const int Mutants = 10_000, Seed = 20_261_122;

    [Fact]
    public async Task Fault_11_of_10000_mutated_headers_none_crashes_the_check_and_none_that_passes_crashes_llama()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("platform-fuzz-");
        try
        {
            var passed = new List<string>();
            var refused = new Dictionary<GgufFault, int>();
            foreach (var (number, mutant) in Headers())
            {
                try
                {
                    GgufCheck.Run(GgufReader.Read(new MemoryStream(mutant), mutant.Length));
                    passed.Add(Path.Combine(folder.FullName, $"{number}.gguf"));
                    await File.WriteAllBytesAsync(passed[^1], mutant, cancellation);
                }
                catch (GgufException refusal)
                {
                    refused[refusal.Fault] = refused.GetValueOrDefault(refusal.Fault) + 1;
                }
            }
            var outcomes = await NativeChild.LoadAsync(passed, cancellation);
            TestContext.Current.SendDiagnosticMessage($"{passed.Count} of {Mutants} passed; llama.cpp loaded {outcomes.Count(o => o.Outcome.StartsWith("done", StringComparison.Ordinal))}; refused by the check: {string.Join(", ", refused.OrderByDescending(r => r.Value))}");
            var crashes = outcomes.Where(o => o.Outcome.StartsWith("crash", StringComparison.Ordinal)).ToArray();
            Assert.True(crashes.Length == 0, $"{crashes.Length} crashes: " + string.Join(Environment.NewLine, crashes.Take(200)));
            Assert.True(refused.Count >= 12, "the mutations reach too few checks");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<(int Number, byte[] File)> Headers()
    {
        var model = new TinyModel();
        var whole = model.Write();
        var random = new Random(Seed);
        for (var i = 0; i < Mutants; i++) { yield return (i, Mutate(whole, model.HeaderBytes, random)); }
    }

    private static byte[] Mutate(byte[] whole, int headerBytes, Random random)
    {
        var mutant = (byte[])whole.Clone();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(headerBytes);
            switch (random.Next(6))
            {
                case 0: mutant[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: mutant[at] = (byte)random.Next(256); break;
                case 2: mutant.AsSpan(at, Math.Min(4, headerBytes - at)).Clear(); break;
                case 3: mutant.AsSpan(at, Math.Min(8, headerBytes - at)).Fill(0xFF); break;
                case 4: mutant.AsSpan(at, Math.Min(random.Next(1, 64), mutant.Length - at)).CopyTo(mutant.AsSpan(random.Next(headerBytes))); break;
                default: mutant = [.. mutant.AsSpan(0, at), .. mutant.AsSpan(Math.Min(mutant.Length, at + random.Next(1, 16)))]; headerBytes = Math.Min(headerBytes, mutant.Length); break;
            }
        }
        return mutant;
    }
}
