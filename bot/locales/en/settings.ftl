settings-templates-none = No template has a name yet. Add one with `/settings templates add`.
settings-templates-line = • **{ $name }** · template { $number } · { $arguments }
settings-templates-no-arguments = nothing to fill in
settings-templates-added = Added. Members find it in `/compose` now.
settings-templates-replaced = A template of that name was there already; it has been replaced.
settings-templates-removed = **{ $name }** is taken off the list. The template itself stays at Kakao.

error-needs-manage-server = You need the permission to manage this server.
error-template-unknown = This server has no template "{ $name }".
error-template-name = A name can have 1 to { $limit } characters; yours has { $length }.
error-template-argument = "{ $name }" cannot name an argument: letters, digits and underscores, up to { $limit }, not beginning with a digit.
error-too-many-arguments = A template can have up to { $limit } arguments; yours has { $count }.
error-too-many-templates = There can be up to { $limit } templates. Please remove one first.
