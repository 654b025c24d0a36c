namespace Platform.Training.Datasets.Storage;

/// <summary>Times as they are stored, so that what is given back at once equals what is read later.</summary>
internal static class StoredTime
{
    public static DateTimeOffset Now(TimeProvider time) => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
