using Platform.Agents.Answering;

namespace Platform.Agents.Tools;

/// <summary>What the tools of the program itself, and the checks around all tools, say to a model, in the run's language: the compiler holds that no language lacks a text. Names of tools, fields and functions are the same in all; so is what strangers wrote.</summary>
internal sealed partial record ToolTexts
{
    public static ToolTexts In(AnswerLanguage language) => language == AnswerLanguage.Chinese ? Chinese : English;

    // Arguments. "Place" is what Place or TheObject gave.
    public required string ArgumentsNoObject { get; init; }

    /// <summary>Given: their characters, and the most.</summary>
    public required Func<int, int, string> ArgumentsTooLong { get; init; }
    public required string TheObject { get; init; }

    /// <summary>Given: the name of a field.</summary>
    public required Func<string, string> Place { get; init; }
    public required Func<string, int, string> TooDeep { get; init; }
    public required Func<string, string> NotToGive { get; init; }

    /// <summary>Given: the place, the kinds that it may be of, and what it is.</summary>
    public required Func<string, IReadOnlyList<string>, string, string> WrongKind { get; init; }

    /// <summary>Given: the place, what it is, and what it may be.</summary>
    public required Func<string, string, string, string> NotAmong { get; init; }
    public required Func<string, string, string, string> NotTheOnly { get; init; }
    public required Func<string, string> Missing { get; init; }
    public required Func<string, string> GivenTwice { get; init; }

    /// <summary>Given: the place, and the names that are known; empty for none.</summary>
    public required Func<string, string, string> NotKnown { get; init; }

    /// <summary>Given: the place, how many it has, of what, and the least.</summary>
    public required Func<string, int, string, double, string> TooFew { get; init; }
    public required Func<string, int, string, double, string> TooMany { get; init; }
    public required string Characters { get; init; }
    public required string Items { get; init; }
    public required Func<string, string> NoSuchNumber { get; init; }
    public required Func<string, string, string, string> TooSmall { get; init; }
    public required Func<string, string, string, string> TooLarge { get; init; }

    // The calculator.
    public required string Calculator { get; init; }
    public required string Expression { get; init; }

    /// <summary>Given: what is wrong, the number of the character from 1, and the expression.</summary>
    public required Func<string, int, string, string> AtCharacter { get; init; }
    public required Func<int, int, string> ExpressionTooLong { get; init; }
    public required Func<int, string> ExpressionTooDeep { get; init; }
    public required string WantedOperatorOrEnd { get; init; }
    public required string WantedNumber { get; init; }
    public required string WantedOperatorOrClose { get; init; }

    /// <summary>Given: what was wanted, and what is there.</summary>
    public required Func<string, string, string> ButThereIs { get; init; }
    public required string EndsEarly { get; init; }
    public required string CloseMissing { get; init; }
    public required Func<string, string> NoNumber { get; init; }

    /// <summary>Given: the name, and those that are known.</summary>
    public required Func<string, string> UnknownName { get; init; }
    public required Func<string, int, string> NoFunction { get; init; }
    public required Func<string, int, string> OneValue { get; init; }
    public required Func<int, string> RoundValues { get; init; }
    public required string RoundPlaces { get; init; }
    public required Func<int, int, string> ExponentTooLarge { get; init; }
    public required string DividesByZero { get; init; }
    public required string NoRealValue { get; init; }
    public required string ResultTooLarge { get; init; }

    // Dates.
    public required string DateTime { get; init; }
    public required string DateGiven { get; init; }
    public required string DateOther { get; init; }

    /// <summary>Given: the date in digits, and its week in digits.</summary>
    public required Func<DateOnly, string, string> WrittenDate { get; init; }

    /// <summary>Given: the time, with its zone, and the date as it is written.</summary>
    public required Func<string, string, string> Now { get; init; }

    /// <summary>Given: two dates as they are written, and what lies between.</summary>
    public required Func<string, string, Dates.DateSpan, string> Between { get; init; }
    public required Func<string, string, string> Becomes { get; init; }
    public required string BeyondCalendar { get; init; }
    public required Func<string, string> NoDate { get; init; }
    public required Func<string, string, string, string> TwoDates { get; init; }

    // Documents.
    public required string Search { get; init; }
    public required string SearchFor { get; init; }
    public required string SearchTop { get; init; }
    public required string ReadPassage { get; init; }
    public required string ReadNumber { get; init; }
    public required string ReadPage { get; init; }

    /// <summary>The line above a passage. Given: its number, the document, the page, and the heading; empty for none.</summary>
    public required Func<int, string, int, string, string> PassageHead { get; init; }
    public required Func<int, string> NotShown { get; init; }
    public required string DocumentGone { get; init; }
    public required string DocumentUnreadable { get; init; }
    public required string DocumentChanged { get; init; }
    public required Func<int, string, string> NoPage { get; init; }
    public required string PageEmpty { get; init; }

    // Pages of the web.
    public required string FetchPage { get; init; }
    public required string FetchFrom { get; init; }
    public required string NoAddress { get; init; }
    public required Func<string, string> NotReached { get; init; }
    public required Func<int, int, string> PastTheEnd { get; init; }

    /// <summary>The line above a page. Given: its number, title and address.</summary>
    public required Func<int, string, string, string> PageHead { get; init; }
    public required Func<int, string> PageGoesOn { get; init; }
    public required Func<string, string> LeadsElsewhere { get; init; }
    public required Func<int, string> LeadsOn { get; init; }
    public required Func<string, int, string> AnsweredStatus { get; init; }
    public required Func<string, string> PageOfType { get; init; }
    public required string PageNoText { get; init; }

    /// <summary>Given: what its reader says, in English.</summary>
    public required Func<string, string> PageNotRead { get; init; }
    public required Func<long, string> AnswerTooLarge { get; init; }
    public required Func<string, string> LeadsInside { get; init; }
    public required Func<string, string> NotHttp { get; init; }
    public required string HoldsUser { get; init; }
    public required Func<string, string> HostNotAllowed { get; init; }

    // Tables.
    public required string QueryTable { get; init; }
    public required string QuerySql { get; init; }
    public required string NoTable { get; init; }

    /// <summary>Given: names of documents, and how many there are besides.</summary>
    public required Func<string, int, string> Unread { get; init; }

    /// <summary>Given: SQLite's reason, names of tables, and whether there are others.</summary>
    public required Func<string, string, bool, string> QueryWrong { get; init; }

    /// <summary>Given: a table, its columns, and how many further ones it has.</summary>
    public required Func<string, string, int, string> ColumnsOf { get; init; }
    public required Func<int, string> Rows { get; init; }

    /// <summary>Given: the numbers to cite, empty for none, and the rows as <see cref="Rows"/> puts them.</summary>
    public required Func<string, string, string> OfQuery { get; init; }
    public required Func<int, string> MoreRows { get; init; }

    /// <summary>Given: the column, and how many of its cells are numbers, and texts.</summary>
    public required Func<string, int, int, string> MixedCells { get; init; }

    /// <summary>Given: the column, a cell, and what it is read as.</summary>
    public required Func<string, string, double, string> CommaRead { get; init; }

    /// <summary>Given: the table, its rows as <see cref="Rows"/> puts them, and the document.</summary>
    public required Func<string, string, string, string> TableHead { get; init; }

    /// <summary>Given: the table, as in the next.</summary>
    public required Func<string, string> RowMayBeHead { get; init; }
    public required Func<string, string> HeadMayBeRow { get; init; }

    /// <summary>Given: the table, how many of its columns are there, and how many it has.</summary>
    public required Func<string, int, int, string> ColumnsLeftOut { get; init; }

    /// <summary>Given: names, and how many there are besides.</summary>
    public required Func<string, int, string> FurtherTables { get; init; }
    public required Func<double, string> QueryTooLong { get; init; }
    public required Func<long, string> QueryTooMuch { get; init; }

    /// <summary>Given: the rows of all, the rows of each, and the most.</summary>
    public required Func<long, string, int, string> TooManyRows { get; init; }
    public required Func<string, string> TableUnreadable { get; init; }
    public required string NoSelect { get; init; }
    public required string OneStatement { get; init; }
    public required string QueryTooLarge { get; init; }

    // APIs, and servers of tools.
    public required string ApiDone { get; init; }
    public required Func<string, int, string, string> ApiStatus { get; init; }
    public required Func<string, string> ApiNotReached { get; init; }

    /// <summary>Given: why, and the API's name.</summary>
    public required Func<string, string, string> ApiInside { get; init; }
    public required Func<string, string, string> NoPartOfPath { get; init; }
    public required string OtherHost { get; init; }

    /// <summary>Given: the server's name, and why, in English.</summary>
    public required Func<string, string, string> ServerNotRunning { get; init; }
    public required Func<string, string> ServerNotReached { get; init; }
    public required Func<string, string, string> ServerRefused { get; init; }
    public required Func<string, string> ServerNoResult { get; init; }
    public required Func<string, string, string> ServerNotTaken { get; init; }
    public required Func<string, string> ServerLost { get; init; }
    public required Func<string, int, string> ServerSaidTooMuch { get; init; }
    public required Func<string, string> PictureLeftOut { get; init; }
    public required Func<string, string> SoundLeftOut { get; init; }
    public required string OtherLeftOut { get; init; }

    // All tools.
    public required Func<string, string> NoToolNamed { get; init; }

    /// <summary>Given: how many characters are left out.</summary>
    public required Func<int, string> Cut { get; init; }
    public required string NothingRecorded { get; init; }
    public required string NotHere { get; init; }
}
