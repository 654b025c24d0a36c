using Platform.ModelHost.Engine.Models;

namespace Platform.ModelHost.Engine.Generation.Live;

/// <summary>What the slots do: the loop writes it, whoever looks reads it.</summary>
internal sealed class SlotBoard
{
    private readonly Lock gate = new();
    private readonly Place[] places;
    private readonly SpeedMeter speed;

    internal SlotBoard(int slots, TimeProvider time)
    {
        places = [.. Enumerable.Range(0, slots).Select(_ => new Place(new SpeedMeter(time)))];
        speed = new SpeedMeter(time);
    }

    /// <summary>Of all answers together, over the last seconds.</summary>
    internal double TokensPerSecond
    {
        get { lock (gate) { return speed.PerSecond(); } }
    }

    internal IReadOnlyList<SlotView> Slots
    {
        get { lock (gate) { return [.. places.Select((place, id) => place.View(id))]; } }
    }

    /// <summary>Gives an answer a free slot.</summary>
    internal void Seat(RunningAnswer answer)
    {
        lock (gate)
        {
            answer.Slot = Array.FindIndex(places, p => p.State == SlotState.Idle);
            places[answer.Slot].Begin(answer);
        }
    }

    /// <summary>Takes note of what an answer has written.</summary>
    /// <returns>The tokens that are new.</returns>
    internal int Update(RunningAnswer answer)
    {
        lock (gate)
        {
            var more = Math.Max(0, places[answer.Slot].Write(answer.Generated)); // a beam may be shorter than the one before: that takes nothing back
            speed.Add(more);
            return more;
        }
    }

    internal void Free(RunningAnswer answer)
    {
        lock (gate) { places[answer.Slot].End(); }
    }

    private sealed class Place(SpeedMeter speed)
    {
        private IReadOnlyList<AdapterRun> adapters = [];
        private int prompt, cached, generated;

        internal SlotState State { get; private set; }

        internal void Begin(RunningAnswer answer) => (State, adapters, prompt, cached, generated) = (SlotState.Reading, answer.Ticket.Plan.Adapters.Runs, answer.Ticket.Plan.Prompt.Length, answer.Cached, 0);

        /// <returns>How many more that is; a search may also have fewer than before.</returns>
        internal int Write(int now)
        {
            var more = now - generated;
            (State, generated) = (SlotState.Writing, now);
            speed.Add(Math.Max(0, more));
            return more;
        }

        internal void End()
        {
            speed.Clear();
            (State, adapters, prompt, cached, generated) = (SlotState.Idle, [], 0, 0, 0);
        }

        internal SlotView View(int id) => new(id, State, adapters, prompt, cached, generated, State == SlotState.Writing ? speed.PerSecond() : 0);
    }
}
