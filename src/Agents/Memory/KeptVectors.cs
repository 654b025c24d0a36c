using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Platform.Agents.Definitions;
using Platform.Agents.Runs;
using Platform.Agents.Storage;

namespace Platform.Agents.Memory;

/// <summary>What a kept vector is of. Stored by number: append only.</summary>
internal enum VectorUse { Memory = 0, Demonstration = 1 }

/// <summary>Compares a question with texts that an agent keeps. Their vectors are kept too, beside them: a run has its question embedded, and of the texts only those that are new or changed, or all once when the model is another.</summary>
internal sealed class KeptVectors(IDbContextFactory<AgentsContext> contexts, IEmbeddingGenerator<string, Embedding<float>> embeddings)
{
    /// <summary>How near each text is to the question by meaning, -1 to 1.</summary>
    public async Task<IReadOnlyList<float>> LikenessAsync(Guid agentId, VectorUse use, string question, IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        var asked = (await embeddings.GenerateAsync([question], null, cancellation))[0];
        var model = asked.ModelId ?? "";
        string[] hashes = [.. texts.Select(HashOf)];
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Vectors.Where(v => v.AgentId == agentId && v.Use == use && hashes.Contains(v.Sha256)).ToDictionaryAsync(v => v.Sha256, cancellation);
        var vectors = rows.Values.Where(row => row.Model == model).ToDictionary(row => row.Sha256, row => MemoryMarshal.Cast<byte, float>(row.Vector).ToArray());
        var missing = texts.Distinct().Where(text => !vectors.ContainsKey(HashOf(text))).ToList();
        if (missing.Count > 0)
        {
            var made = await embeddings.GenerateAsync(missing, null, cancellation);
            foreach (var (text, vector) in missing.Zip(made))
                vectors[HashOf(text)] = vector.Vector.ToArray();
            await KeepAsync(db, agentId, use, rows, made.Zip(missing).ToDictionary(pair => HashOf(pair.Second), pair => pair.First), hashes, cancellation);
        }

        // A model that was exchanged in this very moment: nothing is near.
        return [.. hashes.Select(hash => vectors[hash] is var vector && vector.Length == asked.Vector.Length ? TensorPrimitives.CosineSimilarity(asked.Vector.Span, vector) : 0)];
    }

    /// <summary>A text that is gone leaves no vector.</summary>
    public static Task ForgetAsync(AgentsContext db, Guid agentId, VectorUse use, string text, CancellationToken cancellation)
    {
        var hash = HashOf(text);
        return db.Vectors.Where(v => v.AgentId == agentId && v.Use == use && v.Sha256 == hash).ExecuteDeleteAsync(cancellation);
    }

    private static async Task KeepAsync(
        AgentsContext db, Guid agentId, VectorUse use, Dictionary<string, VectorRow> rows, Dictionary<string, Embedding<float>> made, string[] wanted, CancellationToken cancellation)
    {
        if (await db.Agents.AsNoTracking().SingleOrDefaultAsync(a => a.Id == agentId, cancellation) is not { } agent)
            return; // it was deleted meanwhile, and its vectors with it
        foreach (var (hash, vector) in made)
        {
            if (!rows.TryGetValue(hash, out var row))
                db.Add(row = new() { AgentId = agentId, Use = use, Sha256 = hash, Model = "", Vector = [] });
            (row.Model, row.Vector) = (vector.ModelId ?? "", MemoryMarshal.AsBytes(vector.Vector.Span).ToArray());
        }
        try
        {
            await db.SaveChangesAsync(cancellation);
            if (use == VectorUse.Demonstration) // an agent's are all asked for together: what is among them neither here, nor in its draft, nor in what is published, was taken out
            {
                string[] kept = [.. wanted, .. await DemonstrationsAsync(db, agent, cancellation)];
                await db.Vectors.Where(v => v.AgentId == agentId && v.Use == use && !kept.Contains(v.Sha256)).ExecuteDeleteAsync(cancellation);
            }
        }
        catch (DbUpdateException)
        {
            return; // another run was quicker, or the agent is gone: the next run looks again
        }
    }

    private static async Task<IEnumerable<string>> DemonstrationsAsync(AgentsContext db, AgentRow agent, CancellationToken cancellation)
    {
        var published = await db.AgentVersions.Where(v => v.AgentId == agent.Id && v.Number == agent.PublishedVersion).Select(v => v.Definition).SingleOrDefaultAsync(cancellation);
        return ((string?[])[agent.Draft, published]).OfType<string>().SelectMany(written => RunJson.Read<AgentDefinition>(written).Prompting.Demonstrations ?? []).Select(shown => HashOf(shown.Question));
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
