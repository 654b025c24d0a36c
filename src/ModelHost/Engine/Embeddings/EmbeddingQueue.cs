namespace Platform.ModelHost.Engine.Embeddings;

/// <summary>Requests with inputs that are in no batch yet. They take turns input by input, so that a question does not wait behind a thousand passages.</summary>
internal sealed class EmbeddingQueue(int limit)
{
    private readonly object gate = new();
    private readonly Queue<EmbeddingJob> jobs = new();
    private bool closed;

    /// <exception cref="EngineException">Kind QueueFull.</exception>
    internal void Enqueue(EmbeddingJob job)
    {
        lock (gate)
        {
            if (closed) { throw new EngineException(EngineErrorKind.Failed, "The model service is stopping. Try again when it is back."); }
            if (jobs.Count > limit)
            {
                throw new EngineException(EngineErrorKind.QueueFull, $"{jobs.Count} embedding requests wait already and {limit} is the most. Try again in 1 s, or raise Engine:QueueLimit.") { RetryAfter = TimeSpan.FromSeconds(1) };
            }
            jobs.Enqueue(job);
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Blocks the loop's thread until there is work, then takes inputs for one batch.</summary>
    /// <param name="tokens">Where a batch is full. A single input may be longer: then it is the batch.</param>
    /// <param name="mostInputs">Most inputs in a batch.</param>
    /// <param name="batch">Is filled anew.</param>
    /// <returns>False once the queue is closed.</returns>
    internal bool TakeBatch(int tokens, int mostInputs, List<(EmbeddingJob Job, int Index, int[] Tokens)> batch)
    {
        batch.Clear();
        lock (gate)
        {
            while (batch.Count == 0)
            {
                while (jobs.Count == 0 && !closed) { Monitor.Wait(gate); }
                if (closed) { return false; }
                Fill(tokens, mostInputs, batch);
            }
            return true;
        }
    }

    private void Fill(int full, int mostInputs, List<(EmbeddingJob Job, int Index, int[] Tokens)> batch)
    {
        var free = full;
        for (var refused = 0; jobs.Count > refused && batch.Count < mostInputs;)
        {
            var job = jobs.Dequeue();
            if (job.Over) { continue; }
            if (job.Peek().Length > free && batch.Count > 0)
            {
                jobs.Enqueue(job);
                refused++; // every request in turn has been asked and does not fit
                continue;
            }
            var tokens = job.Peek();
            batch.Add((job, job.Take(), tokens));
            free -= tokens.Length;
            refused = 0;
            if (!job.AllTaken) { jobs.Enqueue(job); }
        }
    }

    /// <summary>Takes no more and hands back who waited.</summary>
    internal IReadOnlyList<EmbeddingJob> Close()
    {
        lock (gate)
        {
            closed = true;
            var left = jobs.ToArray();
            jobs.Clear();
            Monitor.Pulse(gate);
            return left;
        }
    }
}
