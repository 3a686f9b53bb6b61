settings-templates-none = 아직 이름을 붙인 템플릿이 없어요. `/settings templates add`로 추가해 보세요.
settings-templates-line = • **{ $name }** · 템플릿 { $number } · { $arguments }
settings-templates-no-arguments = 빈칸 없음
settings-templates-added = 추가했어요. 이제 `/compose`에서 고를 수 있어요.
settings-templates-replaced = 같은 이름의 템플릿을 새 내용으로 바꿨어요.
settings-templates-removed = **{ $name }** 템플릿을 목록에서 뺐어요. 카카오에 있는 템플릿은 그대로예요.

error-needs-manage-server = 서버 관리 권한이 있어야 할 수 있어요.
error-template-unknown = 이 서버에 '{ $name }' 템플릿이 없어요.
error-template-name = 이름은 1자부터 { $limit }자까지 쓸 수 있어요. 지금은 { $length }자예요.
error-template-argument = '{ $name }' 글자는 빈칸 이름으로 쓸 수 없어요. 글자, 숫자, 밑줄로 { $limit }자까지 쓰고, 숫자로 시작하지 않게 해 주세요.
error-too-many-arguments = 빈칸은 { $limit }개까지 쓸 수 있어요. 지금은 { $count }개예요.
error-too-many-templates = 템플릿은 { $limit }개까지 둘 수 있어요. 먼저 하나를 빼 주세요.
