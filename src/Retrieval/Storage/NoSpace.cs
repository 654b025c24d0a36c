using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Platform.Retrieval.Storage;

/// <summary>Tells a full disk from other failures, whether a file, SQLite or PostgreSQL met it and however deep it lies.</summary>
public static class NoSpace
{
    private const int Errno = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int SqliteFull = 13;
    private const string PostgresDiskFull = "53100";

    public static bool Is(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is IOException { HResult: Errno or WindowsDiskFull } or SqliteException { SqliteErrorCode: SqliteFull } or DbException { SqlState: PostgresDiskFull })
            {
                return true;
            }
        }

        return false;
    }
}
