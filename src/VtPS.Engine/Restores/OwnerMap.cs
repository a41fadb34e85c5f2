using System.Collections.Concurrent;
using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>
/// Says which numbers the recorded owners have on this machine, and remembers those that this process may not give files to.
/// Safe for use by many threads.
/// </summary>
internal sealed class OwnerMap(FileSystem files, bool numericId)
{
    private readonly ConcurrentDictionary<string, uint?> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, uint?> _groups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<uint, bool> _deniedUsers = [];
    private readonly ConcurrentDictionary<uint, bool> _deniedGroups = [];

    public uint GetUserId(TreeEntry entry)
    {
        if (numericId || entry.UserName is null)
        {
            return entry.UserId;
        }

        if (!_users.TryGetValue(entry.UserName, out uint? id))
        {
            id = files.GetUserId(entry.UserName);
            _users[entry.UserName] = id;
        }

        return id ?? entry.UserId;
    }

    public uint GetGroupId(TreeEntry entry)
    {
        if (numericId || entry.GroupName is null)
        {
            return entry.GroupId;
        }

        if (!_groups.TryGetValue(entry.GroupName, out uint? id))
        {
            id = files.GetGroupId(entry.GroupName);
            _groups[entry.GroupName] = id;
        }

        return id ?? entry.GroupId;
    }

    public bool IsUserDenied(uint id) => !_deniedUsers.IsEmpty && _deniedUsers.ContainsKey(id);

    public bool IsGroupDenied(uint id) => !_deniedGroups.IsEmpty && _deniedGroups.ContainsKey(id);

    public void DenyUser(uint id) => _deniedUsers[id] = true;

    public void DenyGroup(uint id) => _deniedGroups[id] = true;
}
