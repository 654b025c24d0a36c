using System.Diagnostics;
using System.Text.Json;
using Platform.ModelHost.Engine.Files;
using Platform.ModelHost.Native;
using Platform.ModelHost.Native.Gguf;

namespace Platform.ModelHost.Engine.Work;

/// <summary>The child's side: reads one order, carries it out, reports.</summary>
public static class WorkChild
{
    /// <summary>0 when an order was carried out or refused with its reason; it does not return when the parent goes.</summary>
    public static int Run()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        if (input.ReadLine() is not { } line || JsonSerializer.Deserialize(line, WorkJson.Default.WorkOrder) is not { } order) { return 1; }
        new Thread(() => EndWith(input)) { IsBackground = true, Name = "parent" }.Start();
        Tell(Answer(order, share => Tell(new WorkReport(Progress: share))));
        return 0;

        void Tell(WorkReport report)
        {
            lock (output) { output.WriteLine(JsonSerializer.Serialize(report, WorkJson.Default.WorkReport)); }
        }
    }

    private static WorkReport Answer(WorkOrder order, Action<double> progress)
    {
        try
        {
            LlamaLibrary.Load(order.NativeDirectory);
            switch (order)
            {
                case TryOrder work: TryModel.Run(work); return new WorkReport(IsDone: true);
                case QuantizeOrder work: ModelQuantization.Run(work.Source, work.Target, work.Format, work.Threads, progress); return new WorkReport(IsDone: true);
                case PerplexityOrder work: return new WorkReport(Perplexity: MeasurePerplexity.Run(work, progress));
                case RowsOrder work: return new WorkReport(Rows: MeasureRows.Run(work, progress));
                default: return new WorkReport(Refusal: $"there is no work {order.GetType().Name}. This is a bug.");
            }
        }
        catch (Exception fault) when (fault is NativeCallException or NativesUnusableException or GgufException or EngineException or IOException or OutOfMemoryException)
        {
            return new WorkReport(Refusal: fault is IOException refused ? DiskFull.Is(refused) ? "the disk is full" : "the file system refuses a file" : fault.Message); // never a path
        }
    }

    /// <summary>Native code cannot be asked to stop in the middle of a call.</summary>
    private static void EndWith(StreamReader parent)
    {
        while (parent.ReadLine() is not null) { }
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
