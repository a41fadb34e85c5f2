using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace VtPS.Engine.IO;

/// <summary>
/// Names and numbers of users and groups, from whatever the machine's name service asks. Answers, also that there is none, are remembered;
/// a name service that fails is asked again. Safe for use by many threads.
/// </summary>
internal sealed unsafe class UnixAccounts
{
    // struct passwd and struct group begin alike: two pointers, the name's first, then the number. Neither is longer than this.
    private const int RecordSize = 128;
    private const int NumberOffset = 16;
    private const int LargestBuffer = 1 << 24;

    private readonly ConcurrentDictionary<uint, string?> _userNames = new();
    private readonly ConcurrentDictionary<uint, string?> _groupNames = new();
    private readonly ConcurrentDictionary<string, uint?> _userIds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, uint?> _groupIds = new(StringComparer.Ordinal);

    public string? GetUserName(uint id) => GetName(_userNames, id, group: false);

    public string? GetGroupName(uint id) => GetName(_groupNames, id, group: true);

    public uint? GetUserId(string name) => GetId(_userIds, name, group: false);

    public uint? GetGroupId(string name) => GetId(_groupIds, name, group: true);

    private static string? GetName(ConcurrentDictionary<uint, string?> known, uint id, bool group)
    {
        if (known.TryGetValue(id, out string? name))
        {
            return name;
        }

        if (TryLookUp(id, null, group, out name, out _))
        {
            known[id] = name;
        }

        return name;
    }

    private static uint? GetId(ConcurrentDictionary<string, uint?> known, string name, bool group)
    {
        if (known.TryGetValue(name, out uint? id))
        {
            return id;
        }

        if (name.Length == 0 || name.Contains('\0'))
        {
            return null;
        }

        if (TryLookUp(0, name, group, out _, out id))
        {
            known[name] = id;
        }

        return id;
    }

    /// <summary>Looks up a name, or where it is null a number. False if the name service failed, so that nothing is known.</summary>
    private static bool TryLookUp(uint id, string? name, bool group, out string? foundName, out uint? foundId)
    {
        foundName = null;
        foundId = null;
        byte* record = stackalloc byte[RecordSize];
        byte[]? nameBytes = name is null ? null : Encoding.UTF8.GetBytes(name + "\0");
        for (int size = 1024; size <= LargestBuffer; size *= 4)
        {
            byte[] buffer = new byte[size];
            byte* result = null;
            int error;
            fixed (byte* text = buffer, wanted = nameBytes)
            {
                do
                {
                    if (wanted is null)
                    {
                        error = group
                            ? UnixNative.GetGroupById(id, record, text, size, &result)
                            : UnixNative.GetUserById(id, record, text, size, &result);
                    }
                    else
                    {
                        error = group
                            ? UnixNative.GetGroupByName(wanted, record, text, size, &result)
                            : UnixNative.GetUserByName(wanted, record, text, size, &result);
                    }
                }
                while (error == LinuxLayout.Interrupted);

                if (result is not null)
                {
                    foundName = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*(byte**)result));
                    foundId = *(uint*)(result + NumberOffset);
                    return true;
                }
            }

            if (error != LinuxLayout.OutOfRange)
            {
                // The manual lists all of these as "the given name or number was not found".
                return error is 0 or LinuxLayout.NoEntry or 3 or LinuxLayout.BadFile or LinuxLayout.PermissionDenied;
            }
        }

        return false;
    }
}
