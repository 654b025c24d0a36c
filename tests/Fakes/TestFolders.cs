namespace Platform.Fakes;

/// <summary>The end of a folder that other programs were given.</summary>
public static class TestFolders
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Deletes a folder with all that is in it, as soon as nobody writes there any more: what a killed service had started hears of its end a moment later, and until then a folder that was just emptied has a new file in it.</summary>
    /// <exception cref="IOException">The folder is still there at the deadline.</exception>
    public static async Task DeleteAsync(string folder)
    {
        using CancellationTokenSource deadline = new(Deadline);
        while (Directory.Exists(folder))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (!deadline.IsCancellationRequested)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }
}
