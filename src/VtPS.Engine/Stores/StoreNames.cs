using System.Globalization;

namespace VtPS.Engine.Stores;

/// <summary>The names of a Store's objects.</summary>
internal static class StoreNames
{
    public const string Config = "store.json";
    public const string Keys = "keys/";
    public const string Data = "data/";
    public const string Backups = "backups/";
    public const string Leases = "leases/";
    public const string Trash = "trash/";
    public const string Damaged = "damaged/";
    private const string DataEnding = ".vtd";

    public static string DataFile(DataFileId id)
    {
        string text = id.ToString();
        return $"{Data}{text[..2]}/{text}{DataEnding}";
    }

    /// <summary>The folder that a data file lies in.</summary>
    public static string DataFolder(DataFileId id) => Data + id.ToString()[..2];

    /// <summary>The folder of the data files whose ids begin with a byte.</summary>
    public static string DataFolder(byte first) => Data + first.ToString("x2", CultureInfo.InvariantCulture);

    public static bool TryParseDataFile(string name, out DataFileId id)
    {
        id = default;
        return name.Length == Data.Length + 3 + 32 + DataEnding.Length
            && name.StartsWith(Data, StringComparison.Ordinal)
            && name.EndsWith(DataEnding, StringComparison.Ordinal)
            && DataFileId.TryParse(name.AsSpan(Data.Length + 3, 32), out id)
            && name == DataFile(id);
    }

    public static string Backup(string id) => $"{Backups}{id}.json";

    public static string Amendment(string id, long number) => string.Create(null, $"{Backups}{id}.{number}.json");

    public static string Lease(string id) => $"{Leases}{id}.json";

    public static string Beat(string id, long number) => string.Create(null, $"{Leases}{id}.{number}.json");

    /// <summary>Splits <c>PREFIX/id.json</c> (number 0) and <c>PREFIX/id.n.json</c>; false for any other name.</summary>
    public static bool TryParseNumbered(string prefix, string name, out string id, out long number)
    {
        id = string.Empty;
        number = 0;
        if (!name.StartsWith(prefix, StringComparison.Ordinal) || !name.EndsWith(".json", StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> middle = name.AsSpan(prefix.Length, name.Length - prefix.Length - 5);
        int dot = middle.IndexOf('.');
        if (dot >= 0 && (!long.TryParse(middle[(dot + 1)..], System.Globalization.NumberStyles.None, null, out number) || number == 0))
        {
            return false;
        }

        ReadOnlySpan<char> first = dot < 0 ? middle : middle[..dot];
        if (!DataFileId.TryParse(first, out _))
        {
            return false;
        }

        id = first.ToString();
        return true;
    }
}
