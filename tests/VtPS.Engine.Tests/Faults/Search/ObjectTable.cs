using System.Text;
using System.Text.RegularExpressions;
using VtPS.Engine.Encryption;
using VtPS.Engine.Hashing;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>
/// The objects met in a search. Of those with one name that say the same but for the times and the salts in them, the first stands for all: so a state
/// that is reached in two ways is one state.
/// </summary>
/// <param name="keys">What opens sealed objects; null in a plain Store.</param>
internal sealed partial class ObjectTable(KeyRing? keys)
{
    private readonly Dictionary<(string Name, ulong Identity), StoredObject> _objects = [];

    /// <summary>The object that stands for this one.</summary>
    public StoredObject Intern(string name, byte[] bytes, int holder)
    {
        ulong identity = Checksum.Xxh3(Normalize(name, bytes)) | 1;
        lock (_objects)
        {
            if (!_objects.TryGetValue((name, identity), out StoredObject? stored))
            {
                _objects[(name, identity)] = stored = new StoredObject(name, bytes, identity, StoredObject.Free);
            }

            return holder == StoredObject.Free ? stored : stored.HeldBy(holder);
        }
    }

    [GeneratedRegex("\"(started|ended|checksum)\":\"[^\"]*\"")]
    private static partial Regex Volatile();

    private byte[] Normalize(string name, byte[] bytes)
    {
        if (!name.EndsWith(".json", StringComparison.Ordinal))
        {
            return bytes;
        }

        byte[] content = bytes;
        if (keys is not null && bytes.AsSpan().StartsWith("VtPSseal"u8))
        {
            try
            {
                content = ObjectSeal.Open(keys, name, bytes);
            }
            catch (InvalidDataException)
            {
                // Of a key that came later: each is its own.
                return bytes;
            }
        }

        return Encoding.Latin1.GetBytes(Volatile().Replace(Encoding.Latin1.GetString(content), string.Empty));
    }
}
